#include "ui/compare/compare_pane.h"

#include "app/document/characters.h"
#include "ui/editor/document_mirror.h"

#include <QBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollBar>
#include <QTextEdit>

#include <algorithm>
#include <memory>

namespace ui {

namespace {

// Qt would copy no-break spaces as plain ones.
class ExactPage : public QTextEdit {
protected:
    [[nodiscard]] QMimeData* createMimeDataFromSelection() const override {
        auto data = std::make_unique<QMimeData>();
        data->setText(textCursor().selectedText().replace(QChar::ParagraphSeparator, u'\n'));
        return data.release(); // Qt's interface: the caller owns it
    }
};

} // namespace

ComparePane::ComparePane(const QString& title, const QString& objectName, QWidget* parent)
    : QWidget(parent)
    , m_page(new ExactPage)
    , m_model(new QLabel)
    , m_speed(new QLabel)
    , m_use(new QPushButton(tr("Use this one"))) {
    setObjectName(objectName);
    auto* heading = new QLabel(title);
    heading->setObjectName(QStringLiteral("paneHeading"));
    m_model->setTextFormat(Qt::PlainText);
    m_model->setProperty("quiet", true);
    m_speed->setProperty("quiet", true);
    m_page->setReadOnly(true);
    m_page->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_page->setUndoRedoEnabled(false);
    m_page->setFrameShape(QFrame::NoFrame);
    m_page->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_page->setVerticalScrollBarPolicy(
        Qt::ScrollBarAlwaysOn); // both columns stay equally wide, so lines stay level
    m_page->document()->setDocumentMargin(28);
    m_page->setAccessibleName(title);
    m_page->viewport()->installEventFilter(this);
    m_page->viewport()->setMouseTracking(true);
    m_use->setEnabled(false);
    m_use->setAccessibleName(tr("Use the text of: %1").arg(title));
    m_use->setToolTip(tr("Puts this text into the story, as one step that Undo takes back."));
    connect(m_use, &QPushButton::clicked, this, &ComparePane::useRequested);

    auto* head = new QHBoxLayout;
    head->setContentsMargins(28, 8, 16, 8);
    head->setSpacing(10);
    head->addWidget(heading);
    head->addWidget(m_model);
    head->addStretch(1);
    head->addWidget(m_speed);
    head->addWidget(m_use);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_page, 1);
}

void ComparePane::setColours(const Colours& colours) {
    m_colours = colours;
    QPalette page = m_page->palette();
    page.setColor(QPalette::Base, colours.page);
    page.setColor(QPalette::Text, colours.ink);
    m_page->setPalette(page);
    // Out of sight, the viewport would stay as the style sheet has first seen it.
    m_page->viewport()->setPalette(page);
    // The words are coloured where they stand, so a change of theme paints them anew.
    const QString text = m_text;
    QTextCursor context(m_page->document());
    context.setPosition(m_contextLength, QTextCursor::KeepAnchor);
    begin(context.selectedText().replace(QChar::ParagraphSeparator, u'\n'));
    append(text);
    showMarks();
}

void ComparePane::setTypography(const Typography& typography) {
    m_page->setFont(typography.font);
    m_page->document()->setDefaultFont(typography.font);
    QTextCursor all(m_page->document());
    all.select(QTextCursor::Document);
    all.mergeBlockFormat(typography.paragraph);
}

void ComparePane::begin(const QString& context) {
    m_text.clear();
    m_difference.reset();
    m_token.reset();
    m_use->setEnabled(false);
    QTextCursor all(m_page->document());
    all.select(QTextCursor::Document);
    QTextCharFormat quiet;
    quiet.setForeground(m_colours.quietInk);
    all.insertText(shownText(context), quiet);
    m_contextLength = m_page->document()->characterCount() - 1;
    showMarks();
    scrollBar()->setValue(scrollBar()->maximum());
}

void ComparePane::append(const QString& text) {
    if (text.isEmpty()) {
        return;
    }
    const bool wasAtEnd = scrollBar()->value() >= scrollBar()->maximum();
    m_text += text;
    QTextCharFormat ink;
    ink.setForeground(m_colours.generatedInk);
    QTextCursor end(m_page->document());
    end.movePosition(QTextCursor::End);
    end.insertText(shownText(text), ink);
    m_use->setEnabled(true);
    if (m_difference) {
        markDifference(m_difference->position); // its word may have grown
    }
    // Once the texts differ, the eye is there and not at the end.
    if (wasAtEnd && !m_difference) {
        scrollBar()->setValue(scrollBar()->maximum());
    }
}

void ComparePane::setModel(const QString& description) { m_model->setText(description); }
void ComparePane::setSpeed(const QString& speed) { m_speed->setText(speed); }
QScrollBar* ComparePane::scrollBar() const { return m_page->verticalScrollBar(); }

void ComparePane::markDifference(std::optional<qsizetype> position) {
    m_difference.reset();
    if (position && *position < m_text.size()) {
        qsizetype end = app::characterEnd(m_text, *position + 1);
        while (end < m_text.size() && m_text[end].isLetterOrNumber()) {
            ++end;
        }
        m_difference = app::TextRange{*position, end - *position};
    } else if (position) {
        m_difference = app::TextRange{m_text.size(), 0}; // the text ends where the other goes on
    }
    showMarks();
}

void ComparePane::markToken(const std::optional<app::TextRange>& range) {
    if (m_token != range) {
        m_token = range;
        showMarks();
    }
}

void ComparePane::showMarks() {
    QList<QTextEdit::ExtraSelection> selections;
    const int end = m_page->document()->characterCount() - 1;
    const auto add = [&](const std::optional<app::TextRange>& range, const QColor& ground) {
        if (!range || range->length <= 0 || m_contextLength + range->end() > end) {
            return;
        }
        QTextEdit::ExtraSelection selection;
        selection.cursor = QTextCursor(m_page->document());
        selection.cursor.setPosition(m_contextLength + static_cast<int>(range->position));
        selection.cursor.setPosition(m_contextLength + static_cast<int>(range->end()),
                                     QTextCursor::KeepAnchor);
        selection.format.setBackground(ground);
        selections.append(selection);
    };
    add(m_difference, m_colours.differenceMark);
    add(m_token, m_colours.lockMark);
    m_page->setExtraSelections(selections);
}

int ComparePane::scrollFor(qsizetype position) const {
    QTextCursor cursor(m_page->document());
    cursor.setPosition(
        std::min(m_contextLength + static_cast<int>(position), m_page->document()->characterCount() - 1));
    const int y = m_page->cursorRect(cursor).top();
    return std::clamp(scrollBar()->value() + y - m_page->viewport()->height() / 5, 0, scrollBar()->maximum());
}

bool ComparePane::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseMove) {
        const QPoint point = static_cast<QMouseEvent*>(event)->position().toPoint();
        // The nearest gap between letters; the letter is the one on the side of the gap that the mouse is on.
        const QTextCursor gap = m_page->cursorForPosition(point);
        const int letter =
            gap.position() - (point.x() < m_page->cursorRect(gap).center().x() ? 1 : 0) - m_contextLength;
        const bool isInside = letter >= 0 && letter < m_text.size();
        emit hovered(isInside ? std::optional<qsizetype>(letter) : std::nullopt);
    } else if (event->type() == QEvent::Leave) {
        emit hovered(std::nullopt);
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace ui
