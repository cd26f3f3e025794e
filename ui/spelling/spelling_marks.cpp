#include "ui/spelling/spelling_marks.h"

#include "app/spelling/spelling.h"
#include "ui/editor/story_editor.h"

#include <QEvent>
#include <QScrollBar>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

constexpr int kRestMs = 60; // a line that comes so much later is not late, and costs no key

bool touches(const app::TextRange& range, qsizetype place) {
    return range.position <= place && place <= range.end();
}

} // namespace

SpellingMarks::SpellingMarks(StoryEditor& editor, const app::Document& story, app::Spelling& spelling,
                             QObject* parent)
    : QObject(parent)
    , m_editor(editor)
    , m_story(story)
    , m_spelling(spelling) {
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, &SpellingMarks::show);
    // Not started again by what comes while it runs, so that steady writing does not put it off for ever.
    const auto later = [this] {
        if (!m_rest.isActive())
            m_rest.start();
    };
    connect(&m_spelling, &app::Spelling::verdictsChanged, this, later);
    connect(&m_spelling, &app::Spelling::stateChanged, this, later);
    connect(&m_story, &app::Document::changed, this, &SpellingMarks::onChanged);
    connect(&m_story, &app::Document::changed, this, later);
    connect(&m_story, &app::Document::wasReset, this, later);
    connect(m_editor.verticalScrollBar(), &QScrollBar::valueChanged, this, later);
    connect(m_editor.verticalScrollBar(), &QScrollBar::rangeChanged, this, later);
    connect(&m_editor, &QTextEdit::cursorPositionChanged, this, &SpellingMarks::onCursorMoved);
    m_editor.viewport()->installEventFilter(this);
    later();
}

bool SpellingMarks::eventFilter(QObject* watched, QEvent* event) {
    if ((event->type() == QEvent::Resize || event->type() == QEvent::Show) && !m_rest.isActive())
        m_rest.start();
    return QObject::eventFilter(watched, event);
}

void SpellingMarks::onChanged(const app::DocumentChange& change) {
    m_isWriting = change.source == app::ChangeSource::Writer;
    m_writtenEnd = change.edit.position + change.edit.inserted.size();
    // Words before and behind the change keep their lines, which the page moves along: a key paints nothing
    // anew unless it is in such a word.
    const app::TextEdit& edit = change.edit;
    QList<app::TextRange> words = m_editor.marks(StoryEditor::Mark::Misspelled);
    for (app::TextRange& word : words) {
        if (word.position > edit.position + edit.removedLength)
            word.position += edit.inserted.size() - edit.removedLength;
        else if (word.end() >= edit.position)
            m_isOld = true;
    }
    m_editor.noteMoved(StoryEditor::Mark::Misspelled, words);
}

void SpellingMarks::onCursorMoved() {
    if (!m_isWriting || m_editor.cursorPlace() == m_writtenEnd)
        return;
    // Left, unless it only moved inside of the word.
    const qsizetype cursor = m_editor.cursorPlace();
    const qsizetype from = std::min(cursor, m_writtenEnd);
    const QStringView between = QStringView(m_story.text()).mid(from, std::max(cursor, m_writtenEnd) - from);
    m_isWriting = between.size() < 100 &&
                  std::all_of(between.begin(), between.end(), [](QChar c) { return !c.isSpace(); });
    if (!m_isWriting && !m_rest.isActive())
        m_rest.start();
}

void SpellingMarks::show() {
    if (!m_editor.isVisible())
        return;
    QList<app::TextRange> words;
    if (m_spelling.state() == app::Spelling::State::Ready) {
        const app::TextRange sight = m_editor.rangeInSight();
        m_unitsVisited += sight.length;
        words = m_spelling.misspelled(m_story.text(), sight);
        // The model's last word may go on, as the writer's.
        const auto growing = m_story.generationAnchor();
        const qsizetype cursor = m_editor.cursorPlace();
        words.removeIf([&](const app::TextRange& word) {
            return (m_isWriting && touches(word, cursor)) || (growing && touches(word, *growing));
        });
    }
    if (std::exchange(m_isOld, false) || words != m_editor.marks(StoryEditor::Mark::Misspelled))
        m_editor.setMarks(StoryEditor::Mark::Misspelled, words);
}

} // namespace ui
