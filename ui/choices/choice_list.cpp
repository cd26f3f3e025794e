#include "ui/choices/choice_list.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QTreeWidget>

#include <algorithm>
#include <cmath>

namespace ui {

namespace {

enum Column { Rank, Word, Chance, Log, Columns };

constexpr int kRowSpace = 5; // between lines
constexpr int kLeastWidth = 260;

QString percentOf(float logProbability) {
    const double percent = 100 * std::exp(static_cast<double>(logProbability));
    if (percent > 0 && percent < 0.1)
        return ChoiceList::tr("< %1 %").arg(QLocale().toString(0.1, 'f', 1));
    return ChoiceList::tr("%1 %").arg(QLocale().toString(percent, 'f', 1));
}

} // namespace

ChoiceList::ChoiceList(QWidget* parent)
    : QFrame(parent)
    , m_rows(new QTreeWidget)
    , m_help(new QLabel(tr("Click or press Enter: the story goes on from here with this word."))) {
    setObjectName(QStringLiteral("choiceList"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setCursor(Qt::ArrowCursor);
    m_rows->setObjectName(QStringLiteral("choiceRows"));
    m_rows->setAccessibleName(tr("Likely words"));
    m_rows->setFrameShape(QFrame::NoFrame);
    m_rows->setRootIsDecorated(false);
    m_rows->setColumnCount(Columns);
    m_rows->setHeaderLabels({QString(), tr("Word"), tr("Chance"), tr("Log-probability")});
    m_rows->header()->setSectionResizeMode(QHeaderView::Fixed);
    m_rows->header()->setStretchLastSection(false);
    for (const Column column : {Rank, Chance, Log})
        m_rows->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    m_rows->header()->setSectionsMovable(false);
    m_rows->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_rows->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_rows->setUniformRowHeights(true);
    m_rows->setMouseTracking(true);
    m_rows->installEventFilter(this);
    m_help->setWordWrap(true);
    m_help->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->setSpacing(4);
    layout->addWidget(m_rows);
    layout->addWidget(m_help);
    connect(m_rows, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item) {
        if ((item->flags() & Qt::ItemIsEnabled) != 0)
            emit chosen(m_rows->indexOfTopLevelItem(item));
    });
    hide();
}

void ChoiceList::addRow(int rank, const app::TokenChoice& choice, const QString& word, bool isWritten) {
    auto* row = new QTreeWidgetItem(m_rows);
    row->setText(Rank, QString::number(rank));
    row->setText(Word, word);
    row->setText(Chance, percentOf(choice.logProbability));
    row->setText(Log, QLocale().toString(static_cast<double>(choice.logProbability), 'f', 2));
    for (const Column column : {Rank, Chance, Log})
        row->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    QFont font = m_rows->font();
    font.setBold(isWritten);
    for (int column = 0; column < Columns; ++column) {
        row->setFont(column, font);
        row->setToolTip(column, tr("Token number %1").arg(choice.token));
    }
    QString spoken = tr("%1: %2, %3").arg(row->text(Rank), word, row->text(Chance));
    if (isWritten)
        spoken += tr(", which was written");
    row->setData(Rank, Qt::AccessibleTextRole, spoken);
    row->setSizeHint(Rank, QSize(0, m_rows->fontMetrics().height() + kRowSpace));
}

void ChoiceList::fill(const app::TokenChoices& choices, int written, const QString& text) {
    m_rows->clear();
    int current = 0;
    for (qsizetype i = 0; i < choices.best.size(); ++i) {
        const app::TokenChoice& choice = choices.best[i];
        const bool isEnd = choice.bytes.isEmpty();
        const QString word = app::visibleText(choice, choices.repeatedBytes);
        const bool isWritten = choice.token == written;
        if (isWritten)
            current = static_cast<int>(i);
        addRow(static_cast<int>(i) + 1, choice,
               isEnd            ? tr("(the end of the story)")
               : word.isEmpty() ? tr("(as it is)") // the prompt's end alone, to be gone on from
                                : word,
               isWritten);
        if (isEnd)
            m_rows->topLevelItem(static_cast<int>(i))->setFlags(Qt::NoItemFlags);
    }
    if (choices.rank > choices.best.size()) {
        const app::TokenChoice own{written, choices.logProbability, text.toUtf8()};
        addRow(choices.rank, own, app::visibleText(own, 0), true);
        QTreeWidgetItem* const row = m_rows->topLevelItem(m_rows->topLevelItemCount() - 1);
        row->setFlags(Qt::NoItemFlags);
        for (int column = 0; column < Columns; ++column)
            row->setForeground(column, palette().color(QPalette::Active, QPalette::Text));
    }
    m_rows->setAccessibleName(tr("Likely words in place of “%1”").arg(text.trimmed()));
    m_rows->setCurrentItem(m_rows->topLevelItem(current));
    fitToRows();
}

void ChoiceList::fitToRows() {
    ensurePolished();
    for (int column = 0; column < Columns; ++column)
        m_rows->resizeColumnToContents(column);
    const int rowHeight = m_rows->fontMetrics().height() + kRowSpace;
    m_rows->setFixedHeight(m_rows->header()->sizeHint().height() + rowHeight * m_rows->topLevelItemCount() +
                           2);
    const int room = kLeastWidth - m_rows->header()->length();
    m_rows->setColumnWidth(Log, m_rows->columnWidth(Log) + std::max(room, 0));
    m_rows->setFixedWidth(m_rows->header()->length() + 2);
    setFixedSize(QSize(m_rows->width() + 14, layout()->heightForWidth(m_rows->width() + 14)));
}

bool ChoiceList::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const auto* const key = static_cast<QKeyEvent*>(event);
        switch (key->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (const QTreeWidgetItem* const item = m_rows->currentItem();
                item != nullptr && (item->flags() & Qt::ItemIsEnabled) != 0)
                emit chosen(m_rows->indexOfTopLevelItem(m_rows->currentItem()));
            return true;
        case Qt::Key_Left: emit stepWanted(-1); return true;
        case Qt::Key_Right: emit stepWanted(1); return true;
        default: break;
        }
    } else if (event->type() == QEvent::FocusOut) {
        emit closeWanted();
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace ui
