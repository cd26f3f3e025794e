// attempts_dock.h: the panel of attempts: the tree of all (attempt_tree.h), or the alternatives that are
// written now (alternative_cards.h).
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"

#include <QDockWidget>

class QLabel;
class QSpinBox;
class QStackedWidget;

namespace app {
class Document;
class RunHistory;
class StoryWriter;
} // namespace app

namespace ui {

class AlternativeCards;
class AttemptTree;

class AttemptsDock : public QDockWidget {
    Q_OBJECT

public:
    AttemptsDock(app::StoryWriter& writer, const app::Document& story, app::RunHistory& runs,
                 QWidget* parent = nullptr);

    [[nodiscard]] int alternatives() const; // how many the next ones shall be
    void setAlternatives(int count);
    void showTree();
    void showCards();
    [[nodiscard]] bool isShowingCards() const;

    [[nodiscard]] AttemptTree& tree() { return *m_tree; }
    [[nodiscard]] AlternativeCards& cards() { return *m_cards; }

signals:
    void alternativesWanted();
    void alternativesChanged(int count);

private:
    QWidget* buildTreePage();
    QWidget* buildCardsPage();
    QWidget* buildFooter();

    QStackedWidget* m_pages;
    AttemptTree* m_tree;
    AlternativeCards* m_cards;
    QLabel* m_empty = nullptr;
    QSpinBox* m_count = nullptr;
};

} // namespace ui
