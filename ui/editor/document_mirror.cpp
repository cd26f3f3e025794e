#include "ui/editor/document_mirror.h"

#include <QScopedValueRollback>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>

#include <algorithm>

namespace ui {

namespace {

// Text documents end in a paragraph separator of their own that is no part of the story.
int textLength(const QTextDocument& document) { return document.characterCount() - 1; }

} // namespace

QString shownText(QString text) {
    constexpr QChar kFrameBegin(0xfdd0);
    constexpr QChar kFrameEnd(0xfdd1);
    return text.replace(u'\r', u'\n')
        .replace(kFrameBegin, QChar::ReplacementCharacter)
        .replace(kFrameEnd, QChar::ReplacementCharacter);
}

// Holds an edit block of the view open.
class JoinedEdit {
public:
    explicit JoinedEdit(QTextDocument& view)
        : m_cursor(&view) {
        m_cursor.beginEditBlock();
    }
    ~JoinedEdit() { m_cursor.endEditBlock(); }
    Q_DISABLE_COPY_MOVE(JoinedEdit)

private:
    QTextCursor m_cursor;
};

DocumentMirror::DocumentMirror(app::Document& story, QTextDocument& view, QObject* parent)
    : QObject(parent)
    , m_story(story)
    , m_view(view) {
    m_view.setUndoRedoEnabled(false);
    connect(&m_view, &QTextDocument::contentsChange, this, &DocumentMirror::onViewChanged);
    connect(&m_story, &app::Document::changed, this, &DocumentMirror::onStoryChanged);
    connect(&m_story, &app::Document::wasReset, this, &DocumentMirror::fill);
    fill();
}

DocumentMirror::~DocumentMirror() = default;

void DocumentMirror::setParagraphFormat(const QTextBlockFormat& format) {
    if (format == m_format) {
        return;
    }
    m_format = format;
    const QScopedValueRollback applying(m_isApplying, true);
    QTextCursor all(&m_view);
    all.select(QTextCursor::Document);
    all.setBlockFormat(m_format);
}

void DocumentMirror::hold() { m_isHeld = true; }

void DocumentMirror::release() {
    m_isHeld = false;
    finishStep();
}

void DocumentMirror::finishStep() {
    m_isFinishQueued = false;
    if (!m_step) {
        return;
    }
    {
        const QScopedValueRollback applying(m_isApplying, true);
        m_step.reset();
    }
    emit applied(m_lastChange);
    if (textLength(m_view) != m_story.size()) {
        fill();
    }
}

void DocumentMirror::fill() {
    emit aboutToFill();
    {
        const QScopedValueRollback applying(m_isApplying, true);
        m_step.reset();
        m_view.setPlainText(shownText(m_story.text()));
        QTextCursor all(&m_view);
        all.select(QTextCursor::Document);
        all.setBlockFormat(m_format);
        ++m_fills;
    }
    emit filled();
}

QString DocumentMirror::viewText(int position, int length) const {
    QTextCursor cursor(&m_view);
    cursor.setPosition(position);
    cursor.setPosition(position + length, QTextCursor::KeepAnchor);
    QString text = cursor.selectedText();
    text.replace(QChar::ParagraphSeparator, u'\n').replace(QChar::LineSeparator, u'\n');
    return text;
}

void DocumentMirror::onViewChanged(int position, int removed, int added) {
    if (m_isApplying) {
        return;
    }
    // Qt counts the final separator in when a change touches the end, and reports changes of format as
    // replacements of text by the same text; both are cut down to what really changed.
    const auto storyLength = static_cast<int>(m_story.size());
    removed = std::min(removed, storyLength - position);
    added = std::min(added, textLength(m_view) - position);
    if (position > storyLength || removed < 0 || added < 0 ||
        storyLength - removed + added != textLength(m_view)) {
        fill();
        return;
    }
    const QString inserted = viewText(position, added);
    const QStringView before = QStringView(m_story.text()).mid(position, removed);
    const qsizetype shorter = std::min(inserted.size(), before.size());
    qsizetype head = 0;
    while (head < shorter && inserted[head] == before[head]) {
        ++head;
    }
    qsizetype tail = 0;
    while (tail < shorter - head &&
           inserted[inserted.size() - 1 - tail] == before[before.size() - 1 - tail]) {
        ++tail;
    }
    if (head + tail == before.size() && before.size() == inserted.size()) {
        return;
    }
    if (!m_story.applyUserEdit(position + head, before.size() - head - tail,
                               inserted.mid(head, inserted.size() - head - tail))) {
        fill();
    }
}

void DocumentMirror::onStoryChanged(const app::DocumentChange& change) {
    if (change.source == app::ChangeSource::Writer) {
        return; // the view showed it first
    }
    if (!m_step) {
        emit aboutToApply(change);
        m_step = std::make_unique<JoinedEdit>(m_view);
    }
    m_lastChange = change;
    {
        const QScopedValueRollback applying(m_isApplying, true);
        QTextCursor cursor(&m_view);
        const auto end = static_cast<int>(change.edit.position + change.edit.removedLength);
        if (end <= textLength(m_view)) {
            cursor.setPosition(static_cast<int>(change.edit.position));
            cursor.setPosition(end, QTextCursor::KeepAnchor);
            cursor.insertText(shownText(change.edit.inserted));
        }
    }
    if (!m_isHeld && textLength(m_view) == m_story.size()) {
        finishStep();
    } else if (!m_isHeld && !m_isFinishQueued) {
        // More changes of this step follow at once; if they do not, the two have lost step.
        m_isFinishQueued = true;
        QMetaObject::invokeMethod(this, &DocumentMirror::finishStep, Qt::QueuedConnection);
    }
}

} // namespace ui
