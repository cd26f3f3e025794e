#include "ui/reading/prompt_view.h"

#include "app/document/characters.h"
#include "app/document/words.h"
#include "ui/editor/document_mirror.h"

#include <QLocale>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

// Of one part of the story; more than anybody reads here.
constexpr qsizetype kMostShown = 24'000;
constexpr qsizetype kHead = 2'000;
constexpr qsizetype kTail = 16'000;

} // namespace

PromptView::PromptView(QWidget* parent)
    : QPlainTextEdit(parent) {
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setTabChangesFocus(true);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("What the model reads, word for word"));
}

void PromptView::setPrompt(const app::Prompt& prompt) {
    m_prompt = prompt;
    m_shown.clear();
    QString text;
    for (const app::PromptPart& part : prompt.parts) {
        const QStringView whole = QStringView(prompt.text).sliced(part.start, part.length);
        const qsizetype start = text.size();
        if (whole.size() <= kMostShown) {
            text += whole;
        } else {
            const qsizetype head = app::characterStart(whole, kHead);
            const qsizetype tail = app::characterStart(whole, whole.size() - kTail);
            const int words = app::countWords(whole.sliced(head, tail - head));
            text += whole.first(head);
            text += tr("\n[… here %1 words of the story, as they stand on the page …]\n")
                        .arg(QLocale().toString(words));
            text += whole.sliced(tail);
        }
        m_shown.append({start, text.size() - start});
    }
    text = shownText(text);
    const QString shown = std::exchange(m_text, text);
    const auto same = std::mismatch(text.begin(), text.end(), shown.begin(), shown.end());
    const qsizetype first = same.first - text.begin();
    const qsizetype common = std::min(text.size(), shown.size()) - first;
    qsizetype last = 0;
    while (last < common && text[text.size() - 1 - last] == shown[shown.size() - 1 - last])
        ++last;
    if (first == text.size() && first == shown.size()) {
        paintGrounds();
        return;
    }
    const bool wasAtEnd = shown.isEmpty() || verticalScrollBar()->value() == verticalScrollBar()->maximum();
    QTextCursor cursor(document());
    cursor.setPosition(static_cast<int>(first));
    cursor.setPosition(static_cast<int>(shown.size() - last), QTextCursor::KeepAnchor);
    cursor.insertText(text.sliced(first, text.size() - last - first));
    paintGrounds();
    if (wasAtEnd)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void PromptView::setColours(const Colours& colours) {
    m_colours = colours;
    paintGrounds();
}

void PromptView::paintGrounds() {
    QList<QTextEdit::ExtraSelection> grounds;
    for (qsizetype number = 0; number < m_shown.size(); ++number) {
        if (m_prompt.parts[number].kind == app::PromptPart::Kind::Story)
            continue;
        QTextEdit::ExtraSelection ground;
        ground.cursor = QTextCursor(document());
        ground.cursor.setPosition(static_cast<int>(m_shown[number].start));
        ground.cursor.setPosition(static_cast<int>(m_shown[number].start + m_shown[number].length - 1),
                                  QTextCursor::KeepAnchor);
        ground.format.setBackground(m_colours.selection);
        grounds.append(ground);
    }
    setExtraSelections(grounds);
}

void PromptView::showPart(qsizetype part) {
    if (part < 0 || part >= m_shown.size())
        return;
    QTextCursor cursor(document());
    cursor.setPosition(document()->characterCount() - 1); // first, so that the part comes to the top
    setTextCursor(cursor);
    cursor.setPosition(static_cast<int>(m_shown[part].start));
    setTextCursor(cursor);
}

} // namespace ui
