// attempts_dock.h: all that the model wrote, as a tree of attempts, and the alternatives that it writes now,
// as cards. Enter brings an attempt or a card into the story, F2 names an attempt, Delete hides it and what
// hangs from it, Ctrl+Z takes that back; none of the last three touches the text.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"

#include <QDockWidget>
#include <QHash>
#include <QList>
#include <QTimer>

class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace app {
class RunHistory;
class StoryWriter;
struct RunRecord;
} // namespace app

namespace ui {

class AttemptsDock : public QDockWidget {
    Q_OBJECT

public:
    AttemptsDock(app::StoryWriter& writer, app::RunHistory& runs, QWidget* parent = nullptr);

    [[nodiscard]] int alternatives() const; // how many the next ones shall be
    void setAlternatives(int count);
    // The attempt at the cursor, which is the current one; 0: none.
    void setCurrentAttempt(app::RunId run);
    void showTree();
    void showCards();
    [[nodiscard]] bool isShowingCards() const;
    // Takes back the last deletion. False if there is none.
    bool undoDeletion();

    [[nodiscard]] QTreeWidget& tree() { return *m_tree; }
    [[nodiscard]] QListWidget& cards() { return *m_cards; }

signals:
    void attemptWanted(app::RunId run);
    void cardWanted(int card);
    void alternativesWanted();
    void alternativesChanged(int count);
    void deleted(app::RunId run, const QString& firstWords);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildTreePage();
    QWidget* buildCardsPage();
    QWidget* buildFooter();
    void fillTree();
    void fillItem(QTreeWidgetItem& item, const app::RunRecord& record) const;
    void markCurrent();
    void fillCards();
    void showCard(int card);
    void deleteSelected();
    bool treeKey(int key, Qt::KeyboardModifiers modifiers);
    [[nodiscard]] app::RunId selected() const;

    app::StoryWriter& m_writer;
    app::RunHistory& m_runs;
    QStackedWidget* m_pages;
    QTreeWidget* m_tree;
    QLabel* m_empty;
    QListWidget* m_cards;
    QSpinBox* m_count;
    QHash<app::RunId, QTreeWidgetItem*> m_items;
    QList<app::RunId> m_deleted; // in this session, the last one last
    app::RunId m_current = 0;
    QTimer m_refill;
};

} // namespace ui
