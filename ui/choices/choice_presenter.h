// choice_presenter.h: when the list of likely words opens over the page, for which token, and when it goes:
// the mouse rests on a word of the model for 300 ms, or at once while Ctrl is held; or by a key. It stays
// while text is written elsewhere, as long as its token stands where it was.
// Threads: GUI thread only.
#pragma once

#include "app/runs/run_history.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace ui {

class ChoiceList;
class StoryEditor;

class ChoicePresenter : public QObject {
    Q_OBJECT

public:
    using Place = app::RunHistory::TokenPlace;
    static constexpr int kRestMs = 300;

    ChoicePresenter(StoryEditor& editor, app::RunHistory& runs, QObject* parent = nullptr);

    void setOpensUnderMouse(bool isOn); // Ctrl and the key open it in any case
    // With the keys in the list. unavailable() follows if nothing is known of that token.
    void open(const Place& place);
    // False if it was not open.
    bool close();
    [[nodiscard]] ChoiceList& list() { return *m_list; }

signals:
    void choiceWanted(const app::RunHistory::TokenPlace& place, int choice);
    void unavailable();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Opening { None, ByMouse, ByKey };
    void watchMouse(const QPoint& point, bool isAtOnce);
    void ask(const Place& place, Opening opening);
    void show();
    void step(int tokens);
    void moveTo(const app::TextRange& range);
    void followText();

    StoryEditor& m_editor;
    app::RunHistory& m_runs;
    ChoiceList* m_list;
    QTimer m_rest;  // of the mouse, on m_hovered
    QTimer m_leave; // time to reach the list
    bool m_opensUnderMouse = true;
    std::optional<Place> m_hovered;
    std::optional<app::TextRange> m_hoveredRange; // where it stood then
    std::optional<Place> m_place;                 // that is asked for or shown
    std::optional<app::TextRange> m_range;        // where it stood then: if it moves, the list goes
    Opening m_opening = Opening::None;
};

} // namespace ui
