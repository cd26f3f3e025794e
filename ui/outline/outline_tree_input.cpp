// What the writer does to the outline by mouse and keys.
#include "ui/outline/outline_commands.h"
#include "ui/outline/outline_tree.h"

#include <QContextMenuEvent>
#include <QDropEvent>
#include <QKeyEvent>
#include <QMenu>

namespace ui {

namespace {

constexpr auto kMoveKeys = Qt::ControlModifier | Qt::ShiftModifier;

} // namespace

bool OutlineTree::dropRow(qsizetype row, const QPoint& point) {
    m_isDue = true;
    QTreeWidgetItem* const target = itemAt(point);
    app::RowPlace place = app::RowPlace::Into;
    if (target != nullptr) {
        const QRect rect = visualItemRect(target);
        const int edge = rect.height() / 4;
        if (point.y() < rect.top() + edge)
            place = app::RowPlace::Before;
        else if (point.y() > rect.bottom() - edge)
            place = app::RowPlace::Behind;
    }
    const bool isOpen = target != nullptr && target->isExpanded() && target->childCount() > 0;
    return m_commands.moveTo(row, rowOf(target), place, isOpen);
}

void OutlineTree::dragMoveEvent(QDragMoveEvent* event) {
    QTreeWidget::dragMoveEvent(event);
    if (event->source() == this)
        event->acceptProposedAction(); // any place has a meaning
}

void OutlineTree::dropEvent(QDropEvent* event) {
    // The text is what moves; the rows follow it. Nothing is left for Qt to remove.
    const qsizetype row = rowOf(currentItem());
    const QPoint point = event->position().toPoint();
    event->setDropAction(Qt::CopyAction);
    event->accept();
    setState(NoState);
    viewport()->update();
    QMetaObject::invokeMethod(
        this, [this, row, point] { dropRow(row, point); }, Qt::QueuedConnection);
}

bool OutlineTree::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* const key = static_cast<QKeyEvent*>(event);
        if (key->modifiers() == kMoveKeys && (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down)) {
            event->accept();
            return true;
        }
    }
    return QTreeWidget::event(event);
}

void OutlineTree::keyPressEvent(QKeyEvent* event) {
    const qsizetype row = rowOf(currentItem());
    if (state() == EditingState || row < 0) {
        QTreeWidget::keyPressEvent(event);
        return;
    }
    const bool isPlain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    if (isPlain && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        goToRow(currentItem());
        emit itemActivated(currentItem(), 0);
        return;
    }
    const bool isMove = (event->modifiers() & ~Qt::KeypadModifier) == kMoveKeys;
    if (isMove && (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down)) {
        event->key() == Qt::Key_Up ? m_commands.moveUp(row) : m_commands.moveDown(row);
        return;
    }
    QTreeWidget::keyPressEvent(event);
}

void OutlineTree::contextMenuEvent(QContextMenuEvent* event) {
    const qsizetype row = rowOf(currentItem());
    if (row < 0)
        return;
    const app::OutlineRow shown = m_rows[row];
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto add = [&](const QString& text, const QKeySequence& key, auto act) {
        QAction* const action = menu->addAction(text, this, act);
        action->setShortcut(key); // shown; the tree's own keys do it
        action->setShortcutContext(Qt::WidgetShortcut);
        return action;
    };
    add(tr("&Go there"), Qt::Key_Return, [this, shown] { m_commands.goTo(shown.place); });
    add(tr("&Rename…"), Qt::Key_F2, [this] {
        editTitle(currentItem());
    })->setEnabled(shown.kind != app::OutlineRow::Kind::Beginning);
    menu->addSeparator();
    add(tr("Move &up"), QKeySequence(tr("Ctrl+Shift+Up")), [this, row] { m_commands.moveUp(row); });
    add(tr("Move &down"), QKeySequence(tr("Ctrl+Shift+Down")), [this, row] { m_commands.moveDown(row); });
    add(tr("&Merge with the one before"), {}, [this, shown] {
        m_commands.merge(shown.section);
    })->setEnabled(shown.section > 0);
    const bool byMouse = event->reason() == QContextMenuEvent::Mouse;
    menu->popup(byMouse ? event->globalPos()
                        : viewport()->mapToGlobal(visualItemRect(currentItem()).bottomLeft()));
}

} // namespace ui
