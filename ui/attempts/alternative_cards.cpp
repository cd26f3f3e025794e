#include "ui/attempts/alternative_cards.h"

#include "app/document/document.h"
#include "app/writing/story_writer.h"
#include "ui/theme/row_frame.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTextLayout>

#include <algorithm>
#include <climits>

namespace ui {

namespace {

constexpr int kTakenRole = Qt::UserRole; // bool: stands in the story
constexpr int kPadding = 8;
constexpr int kNumberWidth = 18;
constexpr int kLinesOfOthers = 6;

// A card: its number, then its words, wrapped. Blank lines between paragraphs are left out.
class CardDelegate final : public QStyledItemDelegate {
public:
    explicit CardDelegate(AlternativeCards& cards)
        : QStyledItemDelegate(&cards)
        , m_cards(cards) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect frame = option.rect.adjusted(0, 2, 0, -2);
        painter->setPen(option.palette.color(QPalette::Mid));
        painter->setBrush(option.palette.color(QPalette::Base));
        painter->drawRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        drawRowFrame(*painter, option, frame);
        const bool isTaken = index.data(kTakenRole).toBool();
        const QRect inside = frame.adjusted(kPadding, kPadding, -kPadding, -kPadding);
        QFont bold = option.font;
        bold.setBold(true);
        painter->setFont(bold);
        painter->setPen(option.palette.color(QPalette::Link));
        painter->drawText(inside, Qt::AlignLeft | Qt::AlignTop, QString::number(index.row() + 1));
        if (isTaken)
            painter->drawText(inside.translated(0, QFontMetrics(bold).height()), Qt::AlignLeft | Qt::AlignTop,
                              QStringLiteral("✓"));
        const QString text = index.data().toString();
        painter->setFont(option.font);
        painter->setPen(option.palette.color(text.isEmpty() ? QPalette::PlaceholderText : QPalette::Text));
        QTextLayout layout(text.isEmpty() ? AlternativeCards::tr("(not yet begun)") : text, option.font);
        lay(layout, index.row() == m_cards.currentRow() ? INT_MAX : kLinesOfOthers);
        layout.draw(painter, QPointF(inside.left() + kNumberWidth, inside.top()));
        painter->restore();
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override {
        QTextLayout layout(index.data().toString() + QChar(0x200b), option.font);
        const int height = lay(layout, index.row() == m_cards.currentRow() ? INT_MAX : kLinesOfOthers);
        const int lowest = 2 * option.fontMetrics.height(); // number and mark
        return {m_cards.viewport()->width(), std::max(height, lowest) + 2 * kPadding + 4};
    }

private:
    int lay(QTextLayout& layout, int mostLines) const {
        QTextOption wrap;
        wrap.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
        layout.setTextOption(wrap);
        const int width = std::max(40, m_cards.viewport()->width() - 2 * kPadding - kNumberWidth);
        qreal height = 0;
        layout.beginLayout();
        for (int number = 0; number < mostLines; ++number) {
            QTextLine line = layout.createLine();
            if (!line.isValid())
                break;
            line.setLineWidth(width);
            line.setPosition(QPointF(0, height));
            height += line.height() * 1.12;
        }
        layout.endLayout();
        return static_cast<int>(height) + 1;
    }

    AlternativeCards& m_cards;
};

// The words as a card shows them: one line a paragraph; a word that begins before the place is whole.
QString wordsOf(const QString& text, QStringView before) {
    QString words = text;
    if (!words.isEmpty() && words.front().isLetterOrNumber()) {
        qsizetype start = before.size();
        while (start > 0 && before[start - 1].isLetterOrNumber() && before.size() - start < 30)
            --start;
        words.prepend(before.sliced(start));
    }
    QStringList lines;
    for (const QString& line : words.split(u'\n', Qt::SkipEmptyParts))
        if (const QString plain = line.simplified(); !plain.isEmpty())
            lines.append(plain);
    return lines.join(QChar::LineSeparator);
}

} // namespace

AlternativeCards::AlternativeCards(app::StoryWriter& writer, const app::Document& story, QWidget* parent)
    : QListWidget(parent)
    , m_writer(writer)
    , m_story(story) {
    setObjectName(QStringLiteral("alternativeCards"));
    setAccessibleName(tr("Alternatives"));
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setItemDelegate(new CardDelegate(*this));
    connect(this, &QListWidget::itemClicked, this,
            [this](QListWidgetItem* item) { emit cardWanted(row(item)); });
    connect(this, &QListWidget::currentRowChanged, this, [this](int card) {
        scheduleDelayedItemsLayout();
        if (QListWidgetItem* const chosen = item(card))
            scrollToItem(chosen);
    });
    const app::Alternatives* const alternatives = &writer.alternatives();
    connect(alternatives, &app::Alternatives::started, this, &AlternativeCards::begin);
    connect(alternatives, &app::Alternatives::grew, this,
            [this](qsizetype card) { show(static_cast<int>(card)); });
    connect(alternatives, &app::Alternatives::cleared, this, &QListWidget::clear);
    connect(&story, &app::Document::stepDone, this, &AlternativeCards::markTaken);
}

void AlternativeCards::begin() {
    clear();
    for (int card = 0; card < m_writer.alternatives().cards().size(); ++card) {
        addItem(QString());
        show(card);
    }
    setCurrentRow(0);
    emit started();
}

void AlternativeCards::show(int card) {
    QListWidgetItem* const item = this->item(card);
    if (item == nullptr)
        return;
    const QStringView before = QStringView(m_story.text()).first(m_writer.alternativesPlace());
    const QString words = wordsOf(m_writer.alternatives().cards()[card].text, before);
    item->setText(words);
    item->setToolTip(words);
    item->setData(Qt::AccessibleTextRole, tr("Alternative %1: %2").arg(card + 1).arg(words));
}

void AlternativeCards::markTaken() {
    const QList<app::Alternatives::Card>& cards = m_writer.alternatives().cards();
    for (int card = 0; card < count() && card < cards.size(); ++card)
        item(card)->setData(kTakenRole, !m_story.content().spansOfRun(cards[card].run).isEmpty());
}

void AlternativeCards::keyPressEvent(QKeyEvent* event) {
    if ((event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier) {
        const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
        const int card = isEnter ? currentRow() : event->key() - Qt::Key_1;
        if (card >= 0 && card < count()) {
            emit cardWanted(card);
            return;
        }
    }
    QListWidget::keyPressEvent(event);
}

void AlternativeCards::resizeEvent(QResizeEvent* event) {
    QListWidget::resizeEvent(event);
    scheduleDelayedItemsLayout(); // words wrap elsewhere
}

} // namespace ui
