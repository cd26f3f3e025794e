// outline_tree.h: the parts, chapters and scenes of the story as a tree: a click or Enter goes there,
// dragging or Ctrl+Shift+Up and Down move the text, F2 renames. It is filled while it can be seen, some
// moments after the last change.
// Threads: GUI thread only.
#pragma once

#include "app/structure/outline_rows.h"

#include <QTimer>
#include <QTreeWidget>

namespace app {
class SceneNotes;
class StoryOutline;
} // namespace app

namespace ui {

class OutlineCommands;

class OutlineTree : public QTreeWidget {
    Q_OBJECT

public:
    OutlineTree(const app::StoryOutline& outline, app::SceneNotes& notes, OutlineCommands& commands,
                QWidget* parent = nullptr);

    void setLive(bool isLive); // it can be seen
    void followCursor();
    // The one that the writer chose here, or since the cursor was moved the one of the cursor.
    [[nodiscard]] qsizetype shownSection() const;
    [[nodiscard]] bool isEmpty() const { return m_rows.isEmpty(); }
    [[nodiscard]] const QList<app::OutlineRow>& rows() const { return m_rows; }
    [[nodiscard]] QTreeWidgetItem* itemOf(qsizetype row) const { return m_items.value(row); }
    [[nodiscard]] qsizetype rowOf(const QTreeWidgetItem* item) const { return m_items.indexOf(item); }
    void fillNow(); // if something changed
    void chooseSection(qsizetype section);
    // Opens the title of the section's row for writing; false if it has none that could be changed.
    bool renameSection(qsizetype section);
    // What a drop at a point of the viewport would do; false if nothing.
    bool dropRow(qsizetype row, const QPoint& point);

signals:
    void filled();
    void sectionChosen(qsizetype section); // by the writer, or because the cursor is there

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;

private:
    void fillSoon();
    void build(const QList<app::OutlineRow>& rows);
    void show(qsizetype row, const QString& synopsis);
    void mark();
    bool noteCursor();
    void goToRow(QTreeWidgetItem* item);
    void renamed(QTreeWidgetItem* item);
    bool editTitle(QTreeWidgetItem* item); // false if it has none

    const app::StoryOutline& m_outline;
    app::SceneNotes& m_notes;
    OutlineCommands& m_commands;
    QList<app::OutlineRow> m_rows;
    QList<QTreeWidgetItem*> m_items; // one for each row
    QTimer m_fillTimer;
    qsizetype m_section = 0; // of the cursor
    bool m_isInHeading = false;
    qsizetype m_chooseSection = -1; // when the tree is filled next
    bool m_isCursorShown = true;    // nothing was chosen since the cursor moved
    bool m_isLive = false;
    bool m_isDue = true;
};

} // namespace ui
