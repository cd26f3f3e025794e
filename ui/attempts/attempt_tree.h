// attempt_tree.h: all that the model wrote, as a tree: what hangs inside of an attempt, and several ways on
// from its end, are one level deeper; a lone way on stands below it on the same level, joined to it by a
// line. Enter shows an attempt in the story, F2 names it, Delete hides it and what hangs from it, Ctrl+Z
// takes that back; none of the last three touches the text.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"

#include <QHash>
#include <QList>
#include <QSet>
#include <QTimer>
#include <QTreeWidget>

namespace app {
class Document;
class RunHistory;
struct RunRecord;
} // namespace app

namespace ui {

class AttemptTree : public QTreeWidget {
    Q_OBJECT

public:
    AttemptTree(const app::Document& story, app::RunHistory& runs, QWidget* parent = nullptr);

    // The one at the cursor; 0: none.
    void setCurrentAttempt(app::RunId run);
    [[nodiscard]] app::RunId selected() const;
    void deleteSelected();
    // Takes back the last deletion. False if there is none.
    bool undoDeletion();
    // Whether anybody can see it; else it waits and costs nothing.
    void setLive(bool isLive);
    // What is new shows a moment later; now, if it is about to be looked at.
    void fillNow();
    [[nodiscard]] bool isEmpty() const { return m_items.isEmpty(); }

signals:
    void attemptWanted(app::RunId run);
    void deleted(app::RunId run, const QString& firstWords);
    void filled();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;

private:
    void fillSoon();
    void fillAtOnce();
    void fill();
    [[nodiscard]] QList<app::RunId> visibleRuns() const;
    QTreeWidgetItem* addItem(const app::RunRecord& record, bool isLoneWayOn);
    void mark();
    void noteCollapsed(const QTreeWidgetItem* item, bool isCollapsed);

    const app::Document& m_story;
    app::RunHistory& m_runs;
    QHash<app::RunId, QTreeWidgetItem*> m_items;
    QSet<app::RunId> m_collapsed;
    QList<app::RunId> m_deleted; // in this session, the last one last
    app::RunId m_current = 0;
    app::RunId m_chooseNext = 0; // by the next fill(), in place of what was chosen
    bool m_isLive = false;
    bool m_isDue = true; // something is new
    QTimer m_fillTimer;
    QTimer m_markTimer;
};

} // namespace ui
