#include "ui/outline/outline_tree.h"

#include "app/notes/scene_notes.h"
#include "app/structure/story_outline.h"
#include "ui/outline/outline_commands.h"
#include "ui/outline/outline_row_view.h"

#include <QLineEdit>
#include <QLocale>
#include <QPainter>
#include <QSignalBlocker>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

using Kind = app::OutlineRow::Kind;

constexpr int kFillMs = 200; // after the last change

bool areSameRows(const QList<app::OutlineRow>& one, const QList<app::OutlineRow>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const app::OutlineRow& left, const app::OutlineRow& right) {
                          return left.kind == right.kind && left.parent == right.parent &&
                                 left.section == right.section;
                      });
}

} // namespace

OutlineTree::OutlineTree(const app::StoryOutline& outline, app::SceneNotes& notes, OutlineCommands& commands,
                         QWidget* parent)
    : QTreeWidget(parent)
    , m_outline(outline)
    , m_notes(notes)
    , m_commands(commands) {
    setObjectName(QStringLiteral("outlineTree"));
    setAccessibleName(tr("Outline"));
    setHeaderHidden(true);
    setFrameShape(QFrame::NoFrame);
    setIndentation(16);
    setUniformRowHeights(true);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setEditTriggers(EditKeyPressed);
    setExpandsOnDoubleClick(false);
    setDragDropMode(InternalMove);
    setDragEnabled(true);
    setItemDelegate(new OutlineRowView(this));
    connect(this, &QTreeWidget::itemClicked, this, &OutlineTree::goToRow);
    connect(this, &QTreeWidget::itemChanged, this, &OutlineTree::renamed, Qt::QueuedConnection);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (const qsizetype row = rowOf(item); row >= 0) {
            m_isCursorShown = false;
            emit sectionChosen(m_rows[row].section);
        }
    });
    const auto noteCollapsed = [this](QTreeWidgetItem* item, bool isCollapsed) {
        if (const qsizetype row = rowOf(item); row >= 0)
            m_notes.setCollapsed(m_rows[row].section, isCollapsed);
    };
    connect(this, &QTreeWidget::itemCollapsed, this,
            [noteCollapsed](QTreeWidgetItem* item) { noteCollapsed(item, true); });
    connect(this, &QTreeWidget::itemExpanded, this,
            [noteCollapsed](QTreeWidgetItem* item) { noteCollapsed(item, false); });
    m_fillTimer.setSingleShot(true);
    m_fillTimer.setInterval(kFillMs);
    connect(&m_fillTimer, &QTimer::timeout, this, &OutlineTree::fillNow);
    connect(&outline, &app::StoryOutline::changed, this, &OutlineTree::fillSoon);
    connect(&notes, &app::SceneNotes::changed, this, &OutlineTree::fillSoon);
    connect(&commands, &OutlineCommands::moved, this,
            [this](qsizetype section) { m_chooseSection = section; });
}

void OutlineTree::setLive(bool isLive) {
    m_isLive = isLive;
    fillNow();
}

void OutlineTree::fillSoon() {
    m_isDue = true;
    if (m_isLive && !m_fillTimer.isActive())
        m_fillTimer.start();
}

void OutlineTree::fillNow() {
    if (!m_isLive || !m_isDue)
        return;
    if (state() == EditingState || state() == DraggingState) {
        m_fillTimer.start();
        return;
    }
    m_fillTimer.stop();
    m_isDue = false;
    const QList<app::OutlineRow> rows = m_commands.rows();
    noteCursor();
    QSignalBlocker quiet(this);
    if (!areSameRows(rows, m_rows))
        build(rows);
    m_rows = rows;
    const app::SceneNotes::Overview overview = m_notes.overview();
    for (qsizetype row = 0; row < rows.size(); ++row) {
        show(row, overview.synopses.value(rows[row].section));
        if (rows[row].kind == Kind::Heading)
            m_items[row]->setExpanded(!overview.collapsed.contains(rows[row].section));
    }
    mark();
    if (const qsizetype section = std::exchange(m_chooseSection, -1); section >= 0)
        if (const qsizetype row = app::rowOfSection(m_rows, section); row >= 0)
            setCurrentItem(m_items[row]);
    quiet.unblock();
    emit filled();
}

void OutlineTree::build(const QList<app::OutlineRow>& rows) {
    const qsizetype current = rowOf(currentItem());
    const qsizetype section = current >= 0 ? m_rows[current].section : -1;
    clear();
    m_items.clear();
    for (const app::OutlineRow& row : rows) {
        auto* const item = new QTreeWidgetItem;
        Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemIsDropEnabled;
        if (row.kind != Kind::Beginning)
            flags |= Qt::ItemIsEditable | Qt::ItemIsDragEnabled;
        item->setFlags(flags);
        row.parent >= 0 ? m_items[row.parent]->addChild(item) : addTopLevelItem(item);
        m_items.append(item);
    }
    if (m_chooseSection < 0)
        m_chooseSection = section;
}

void OutlineTree::show(qsizetype row, const QString& synopsis) {
    const app::OutlineRow& shown = m_rows[row];
    QTreeWidgetItem& item = *m_items[row];
    const QString name = synopsis.section(u'\n', 0, 0);
    QString words = shown.title;
    if (shown.kind == Kind::Beginning)
        words = tr("Beginning");
    else if (shown.kind == Kind::Scene)
        words = !name.isEmpty()         ? name
                : shown.title.isEmpty() ? tr("(no words yet)")
                                        : shown.title + QChar(0x2026);
    const QString count = QLocale().toString(shown.words);
    item.setData(0, TitleRole, shown.kind == Kind::Scene ? name : shown.title);
    item.setData(0, ShownRole, words);
    item.setData(0, CountRole, count);
    item.setData(0, QuietRole, shown.kind != Kind::Heading && name.isEmpty());
    item.setToolTip(0, synopsis.isEmpty() ? words : words + QStringLiteral("\n\n") + synopsis);
}

void OutlineTree::mark() {
    const QSignalBlocker quiet(this);
    qsizetype current = app::rowOfSection(m_rows, m_section);
    if (current >= 0 && m_isInHeading && m_rows[current].kind == Kind::Scene)
        current = m_rows[current].parent; // the chapter, not its first scene
    // In a chapter that is folded, the chapter.
    for (qsizetype above = current; above >= 0 && above < m_rows.size(); above = m_rows[above].parent)
        if (!m_items[above]->isExpanded() && m_rows[above].kind == Kind::Heading)
            current = above;
    for (qsizetype row = 0; row < m_items.size(); ++row) {
        QTreeWidgetItem& item = *m_items[row];
        const QString said =
            tr("%1, %n word(s)", nullptr, m_rows[row].words).arg(item.data(0, ShownRole).toString());
        item.setData(0, CursorRole, row == current);
        item.setData(0, Qt::AccessibleTextRole, row == current ? tr("%1, at the cursor").arg(said) : said);
    }
    if (current >= 0 && !hasFocus() && m_isCursorShown)
        setCurrentItem(m_items[current]);
    viewport()->update();
}

// True if it is in another row now.
bool OutlineTree::noteCursor() {
    const app::Outline& outline = m_outline.outline();
    const qsizetype place = m_commands.cursorPlace();
    const qsizetype section = outline.sectionAt(place);
    const app::OutlineHead* const head = section > 0 ? &outline.heads()[section - 1] : nullptr;
    const bool isInHeading = head != nullptr && head->isHeading() && place <= head->end;
    const bool isSame = section == m_section && isInHeading == m_isInHeading;
    m_section = section;
    m_isInHeading = isInHeading;
    return !isSame;
}

void OutlineTree::followCursor() {
    const bool isSame = !noteCursor();
    if (!m_isLive || hasFocus())
        return;
    if (!isSame && !m_isDue)
        mark();
    const bool wasCursorShown = std::exchange(m_isCursorShown, true);
    if (!isSame || !wasCursorShown)
        emit sectionChosen(m_section);
}

qsizetype OutlineTree::shownSection() const {
    const qsizetype row = m_isCursorShown ? -1 : rowOf(currentItem());
    return row >= 0 ? m_rows[row].section : m_section;
}

void OutlineTree::goToRow(QTreeWidgetItem* item) {
    const qsizetype row = rowOf(item);
    fillNow(); // places may have moved since
    if (row >= 0 && row < m_rows.size())
        m_commands.goTo(m_rows[row].place);
}

void OutlineTree::renamed(QTreeWidgetItem* item) {
    const qsizetype row = rowOf(item);
    if (row < 0)
        return;
    const QString name = item->data(0, TitleRole).toString();
    const app::OutlineRow shown = m_rows[row];
    if (shown.kind == Kind::Heading) {
        m_commands.rename(row, name);
    } else if (shown.kind == Kind::Scene) {
        const QString synopsis = m_notes.synopsis(shown.section);
        const qsizetype end = synopsis.indexOf(u'\n');
        if (name != synopsis.section(u'\n', 0, 0))
            m_notes.setSynopsis(shown.section, end < 0 ? name : name + synopsis.sliced(end));
    }
    fillSoon();
}

void OutlineTree::chooseSection(qsizetype section) {
    fillNow();
    if (const qsizetype row = app::rowOfSection(m_rows, section); row >= 0)
        setCurrentItem(m_items[row]);
}

bool OutlineTree::renameSection(qsizetype section) {
    m_isDue = true;
    fillNow();
    for (qsizetype row = 0; row < m_rows.size(); ++row) {
        if (m_rows[row].section != section)
            continue;
        scrollToItem(m_items[row]);
        setCurrentItem(m_items[row]);
        setFocus();
        return editTitle(m_items[row]);
    }
    return false;
}

bool OutlineTree::editTitle(QTreeWidgetItem* item) {
    if (item == nullptr || !item->flags().testFlag(Qt::ItemIsEditable))
        return false;
    if (state() != EditingState)
        editItem(item);
    return true;
}

void OutlineTree::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const {
    painter->fillRect(rect, palette().base()); // what is chosen has a frame of its own
    QTreeWidget::drawBranches(painter, rect, index);
}

} // namespace ui
