#include "ui/attempts/attempt_tree.h"

#include "app/document/document.h"
#include "app/runs/run_history.h"
#include "app/writing/standing_attempt.h"
#include "ui/attempts/attempt_row.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QSignalBlocker>

#include <utility>

namespace ui {

namespace {

constexpr int kFillMs = 250; // while the model writes
constexpr int kDeepest = 24; // of a damaged file; behind it, attempts stand beside what they hang from

app::RunId runOf(const QTreeWidgetItem* item) {
    return item != nullptr ? item->data(0, RunRole).toLongLong() : 0;
}

QTreeWidgetItem* aboveOf(QTreeWidget& tree, const QTreeWidgetItem& item) {
    return item.parent() != nullptr ? item.parent() : tree.invisibleRootItem();
}

int depthOf(const QTreeWidgetItem* item) {
    int depth = 0;
    for (; item != nullptr; item = item->parent())
        ++depth;
    return depth;
}

} // namespace

AttemptTree::AttemptTree(const app::Document& story, app::RunHistory& runs, QWidget* parent)
    : QTreeWidget(parent)
    , m_story(story)
    , m_runs(runs) {
    setObjectName(QStringLiteral("attemptsTree"));
    setAccessibleName(tr("Attempts"));
    setHeaderHidden(true);
    setFrameShape(QFrame::NoFrame);
    setIndentation(16);
    setUniformRowHeights(true);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setEditTriggers(EditKeyPressed);
    setExpandsOnDoubleClick(false);
    setItemDelegate(new AttemptRow(this));
    connect(this, &QTreeWidget::itemDoubleClicked, this,
            [this](QTreeWidgetItem* item) { emit attemptWanted(runOf(item)); });
    connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item) {
        m_runs.setName(runOf(item), item->data(0, NameRole).toString());
    });
    connect(this, &QTreeWidget::itemCollapsed, this,
            [this](QTreeWidgetItem* item) { noteCollapsed(item, true); });
    connect(this, &QTreeWidget::itemExpanded, this,
            [this](QTreeWidgetItem* item) { noteCollapsed(item, false); });

    for (QTimer* const timer : {&m_fillTimer, &m_markTimer}) {
        timer->setSingleShot(true);
        timer->setInterval(kFillMs);
    }
    connect(&m_fillTimer, &QTimer::timeout, this, &AttemptTree::fillNow);
    connect(&m_markTimer, &QTimer::timeout, this, &AttemptTree::mark);
    connect(&runs, &app::RunHistory::runAdded, this, &AttemptTree::fillSoon);
    connect(&runs, &app::RunHistory::runFinished, this, &AttemptTree::fillSoon);
    // Not from within the line that is being edited.
    connect(&runs, &app::RunHistory::attemptChanged, this, &AttemptTree::fillAtOnce, Qt::QueuedConnection);
    connect(&runs, &app::RunHistory::wasReset, this, [this] {
        m_deleted.clear();
        m_collapsed.clear();
        fillAtOnce();
    });
    connect(&story, &app::Document::changed, this, [this] {
        m_isDue = m_isDue || !m_isLive;
        if (m_isLive && !m_markTimer.isActive())
            m_markTimer.start();
    });
}

app::RunId AttemptTree::selected() const { return runOf(currentItem()); }

void AttemptTree::noteCollapsed(const QTreeWidgetItem* item, bool isCollapsed) {
    if (isCollapsed)
        m_collapsed.insert(runOf(item));
    else
        m_collapsed.remove(runOf(item));
}

void AttemptTree::setLive(bool isLive) {
    m_isLive = isLive;
    fillAtOnce();
}

void AttemptTree::fillSoon() {
    m_isDue = true;
    if (m_isLive && !m_fillTimer.isActive())
        m_fillTimer.start();
}

void AttemptTree::fillAtOnce() {
    m_isDue = true;
    fillNow();
}

void AttemptTree::fillNow() {
    if (m_isLive && m_isDue)
        fill();
}

// Parents are older than what hangs from them, so one walk is enough.
QList<app::RunId> AttemptTree::visibleRuns() const {
    QList<app::RunId> visible;
    QSet<app::RunId> hidden;
    for (const app::RunId id : m_runs.runs()) {
        const app::RunRecord& record = *m_runs.run(id);
        if (record.isDeleted || (record.parent < id && hidden.contains(record.parent)))
            hidden.insert(id);
        else if (!record.text.isEmpty() || !record.isFinished)
            visible.append(id);
    }
    return visible;
}

void AttemptTree::fill() {
    if (findChild<QLineEdit*>() != nullptr) { // a name is being written
        m_fillTimer.start();
        return;
    }
    m_fillTimer.stop();
    m_isDue = false;
    const app::RunId chosen = m_chooseNext != 0 ? std::exchange(m_chooseNext, 0) : selected();
    const int scrolled = verticalScrollBar()->value();
    QSignalBlocker quiet(this);
    clear();
    m_items.clear();
    const QList<app::RunId> visible = visibleRuns();
    const auto isAtEnd = [this](const app::RunRecord& record) {
        const app::RunRecord* const parent = m_runs.run(record.parent);
        return parent != nullptr && record.parentEnd >= parent->text.size();
    };
    QHash<app::RunId, int> waysOn; // from the end of each
    for (const app::RunId id : visible)
        if (isAtEnd(*m_runs.run(id)))
            ++waysOn[m_runs.run(id)->parent];
    for (const app::RunId id : visible) {
        const app::RunRecord& record = *m_runs.run(id);
        m_items.insert(id, addItem(record, isAtEnd(record) && waysOn.value(record.parent) == 1));
    }
    for (auto item = m_items.cbegin(); item != m_items.cend(); ++item)
        (*item)->setExpanded(!m_collapsed.contains(item.key()));
    mark();
    if (QTreeWidgetItem* const item = m_items.value(chosen))
        setCurrentItem(item);
    verticalScrollBar()->setValue(scrolled);
    quiet.unblock();
    emit filled();
}

QTreeWidgetItem* AttemptTree::addItem(const app::RunRecord& record, bool isLoneWayOn) {
    auto* item = new QTreeWidgetItem;
    item->setData(0, RunRole, record.id);
    item->setData(0, NameRole, record.name);
    item->setData(0, LeadRole, leadOf(record, m_runs));
    item->setData(0, WordsRole, titleOf(record, m_runs));
    item->setData(0, AboutRole, aboutOf(record));
    item->setToolTip(0, record.text.left(600));
    item->setFlags(item->flags() | Qt::ItemIsEditable);
    QTreeWidgetItem* const parent = m_items.value(record.parent);
    if (parent == nullptr) {
        addTopLevelItem(item);
    } else if (isLoneWayOn || depthOf(parent) >= kDeepest) {
        QTreeWidgetItem* const above = aboveOf(*this, *parent);
        above->insertChild(above->indexOfChild(parent) + 1, item);
        item->setData(0, FollowsRole, isLoneWayOn);
        parent->setData(0, ContinuesRole, isLoneWayOn);
    } else {
        parent->addChild(item);
    }
    return item;
}

void AttemptTree::setCurrentAttempt(app::RunId run) {
    if (std::exchange(m_current, run) == run)
        return;
    m_isDue = m_isDue || !m_isLive;
    if (m_isLive)
        mark();
}

void AttemptTree::mark() {
    m_markTimer.stop();
    const QSignalBlocker quiet(this);
    const QSet<app::RunId> standing = app::standingAttempts(m_story.content(), m_runs);
    for (auto entry = m_items.cbegin(); entry != m_items.cend(); ++entry) {
        QTreeWidgetItem& item = **entry;
        const bool isCurrent = entry.key() == m_current;
        const bool stands = standing.contains(entry.key());
        item.setData(0, CurrentRole, isCurrent);
        item.setData(0, StandsRole, stands);
        QStringList said{
            (item.data(0, LeadRole).toString() + u' ' + item.data(0, WordsRole).toString()).trimmed(),
            item.data(0, AboutRole).toString()};
        if (isCurrent)
            said.append(tr("at the cursor"));
        else if (stands)
            said.append(tr("in the story"));
        item.setData(0, Qt::AccessibleTextRole, said.join(QStringLiteral(", ")));
    }
    if (QTreeWidgetItem* const item = m_items.value(m_current); item != nullptr && !hasFocus())
        setCurrentItem(item);
    viewport()->update();
}

void AttemptTree::deleteSelected() {
    const app::RunId run = selected();
    if (run == 0)
        return;
    QTreeWidgetItem* const next = itemAbove(currentItem());
    m_chooseNext = runOf(next != nullptr ? next : topLevelItem(1));
    const QString words = titleOf(*m_runs.run(run), m_runs);
    m_deleted.append(run);
    m_runs.setDeleted(run, true);
    emit deleted(run, words);
}

bool AttemptTree::undoDeletion() {
    if (m_deleted.isEmpty())
        return false;
    m_chooseNext = m_deleted.takeLast();
    m_runs.setDeleted(m_chooseNext, false);
    return true;
}

bool AttemptTree::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        // The story's undo waits while there is a deletion to take back here.
        const auto* const key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) && !m_deleted.isEmpty()) {
            event->accept();
            return true;
        }
    }
    return QTreeWidget::event(event);
}

void AttemptTree::keyPressEvent(QKeyEvent* event) {
    if (state() == EditingState) { // Enter ends the name, and comes here as well
        QTreeWidget::keyPressEvent(event);
        return;
    }
    const bool isPlain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    if (event->matches(QKeySequence::Undo) && undoDeletion())
        return;
    if (isPlain && selected() != 0) {
        if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
            emit attemptWanted(selected());
            return;
        }
        if (event->key() == Qt::Key_Delete) {
            deleteSelected();
            return;
        }
    }
    QTreeWidget::keyPressEvent(event);
}

void AttemptTree::contextMenuEvent(QContextMenuEvent* event) {
    if (selected() == 0)
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [&](const QString& text, Qt::Key key, auto act) {
        QAction* const action = menu->addAction(text, this, act);
        action->setShortcut(QKeySequence(key)); // shown; the tree's own keys do it
        action->setShortcutContext(Qt::WidgetShortcut);
    };
    add(tr("&Show in the story"), Qt::Key_Return, [this] { emit attemptWanted(selected()); });
    add(tr("&Name…"), Qt::Key_F2, [this] {
        // Attempts may have come or gone while the menu was open.
        if (currentItem() != nullptr && state() != EditingState)
            editItem(currentItem());
    });
    add(tr("&Delete"), Qt::Key_Delete, [this] { deleteSelected(); });
    const bool byMouse = event->reason() == QContextMenuEvent::Mouse;
    menu->popup(byMouse ? event->globalPos()
                        : viewport()->mapToGlobal(visualItemRect(currentItem()).bottomLeft()));
}

void AttemptTree::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const {
    painter->fillRect(rect, palette().base()); // what is chosen has a frame of its own
    QTreeWidget::drawBranches(painter, rect, index);
    painter->setPen(palette().color(QPalette::PlaceholderText));
    for (QModelIndex above = index.parent(); above.isValid(); above = above.parent()) {
        if (!above.data(ContinuesRole).toBool())
            continue;
        const double x =
            rect.left() + indentation() * depthOf(itemFromIndex(above)) + AttemptRow::kMarkWidth / 2.0;
        painter->drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom() + 1));
    }
}

} // namespace ui
