#include "ui/outline/jump_list.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>

namespace ui {

namespace {

constexpr int kPlaceRole = Qt::UserRole;
constexpr QSize kSize(520, 380);

// Every word that was typed is somewhere in the title.
bool matches(const QString& title, const QStringList& words) {
    return std::all_of(words.begin(), words.end(),
                       [&title](const QString& word) { return title.contains(word, Qt::CaseInsensitive); });
}

} // namespace

JumpList::JumpList(const QList<Entry>& entries, QWidget* parent)
    : QDialog(parent)
    , m_entries(entries)
    , m_filter(new QLineEdit)
    , m_list(new QListWidget) {
    setObjectName(QStringLiteral("jumpList"));
    setWindowTitle(tr("Go to a chapter or scene"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_filter->setObjectName(QStringLiteral("jumpFilter"));
    m_filter->setAccessibleName(tr("Words of the title"));
    m_filter->setPlaceholderText(tr("Type some letters of the title"));
    m_filter->setClearButtonEnabled(true);
    m_filter->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("jumpEntries"));
    m_list->setAccessibleName(tr("Chapters and scenes"));
    m_list->setUniformItemSizes(true);
    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(m_filter);
    layout->addWidget(m_list, 1);
    resize(kSize);
    connect(m_filter, &QLineEdit::textChanged, this, &JumpList::narrow);
    connect(m_filter, &QLineEdit::returnPressed, this, &JumpList::choose);
    connect(m_list, &QListWidget::itemActivated, this, &JumpList::choose);
    connect(m_list, &QListWidget::itemClicked, this, &JumpList::choose);
    narrow();
    m_filter->setFocus();
}

void JumpList::narrow() {
    const QStringList words = m_filter->text().simplified().split(u' ', Qt::SkipEmptyParts);
    m_list->clear();
    int current = 0;
    for (const Entry& entry : std::as_const(m_entries)) {
        if (!matches(entry.title, words))
            continue;
        // Narrowed, chapters and scenes stand without what is around them.
        const QString indent = words.isEmpty() ? QString(3 * entry.depth, QChar::Nbsp) : QString();
        auto* const item = new QListWidgetItem(
            tr("%1%2   %3").arg(indent, entry.title, QLocale().toString(entry.words)), m_list);
        item->setData(kPlaceRole, entry.place);
        if (entry.isCurrent) {
            QFont bold = m_list->font();
            bold.setBold(true);
            item->setFont(bold);
            current = words.isEmpty() ? m_list->count() - 1 : current;
        }
    }
    m_list->setCurrentRow(current);
}

void JumpList::choose() {
    if (const QListWidgetItem* const item = m_list->currentItem()) {
        emit chosen(item->data(kPlaceRole).toLongLong());
        accept();
    }
}

bool JumpList::eventFilter(QObject* watched, QEvent* event) {
    // The arrows walk through the list while the letters go into the line.
    if (watched == m_filter && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int page = std::max(1, m_list->height() / std::max(1, m_list->sizeHintForRow(0)) - 1);
        const int step = key == Qt::Key_Down       ? 1
                         : key == Qt::Key_Up       ? -1
                         : key == Qt::Key_PageDown ? page
                         : key == Qt::Key_PageUp   ? -page
                                                   : 0;
        if (step != 0 && m_list->count() > 0) {
            m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, m_list->count() - 1));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

QList<JumpList::Entry> jumpEntries(const QList<app::OutlineRow>& rows,
                                   const QHash<qsizetype, QString>& synopses, qsizetype cursorSection) {
    const qsizetype current = app::rowOfSection(rows, cursorSection);
    QList<JumpList::Entry> entries;
    for (qsizetype i = 0; i < rows.size(); ++i) {
        const app::OutlineRow& row = rows[i];
        int depth = 0;
        for (qsizetype above = row.parent; above >= 0; above = rows[above].parent)
            ++depth;
        QString title = row.title;
        if (row.kind == app::OutlineRow::Kind::Beginning)
            title = JumpList::tr("Beginning");
        else if (row.kind == app::OutlineRow::Kind::Scene) {
            const QString name = synopses.value(row.section).section(u'\n', 0, 0);
            title = name.isEmpty() ? title + QChar(0x2026) : name;
        }
        entries.append({title, depth, row.words, row.place, i == current});
    }
    return entries;
}

} // namespace ui
