// compare_view.h: base and gated model side by side, from the same words with the same seed. Scrolls both
// together, marks where they part, and lets the writer take one.
// Threads: GUI thread only.
#pragma once

#include "app/writing/compare_session.h"
#include "ui/compare/compare_pane.h"

#include <QWidget>

#include <array>

class QLabel;

namespace app {
class Document;
class RunHistory;
class StoryWriter;
} // namespace app

namespace ui {

class TokenSelection;

class CompareView : public QWidget {
    Q_OBJECT

public:
    CompareView(app::StoryWriter& writer, const app::Document& story, const app::RunHistory& runs,
                TokenSelection& selection, QWidget* parent = nullptr);

    void setColours(const Colours& colours);
    void setTypography(const Typography& typography);

    // Starts both models at `cursor`; `gate` is what the second one uses.
    void start(qsizetype cursor, const QString& gate);
    [[nodiscard]] ComparePane& pane(app::Side side) { return *m_panes[static_cast<std::size_t>(side)]; }

signals:
    void closeRequested();
    void used(app::Side side); // its text is in the story

private:
    void connectSession();
    void showSpeed(app::Side side);
    void showTokens();
    void onDifference(qsizetype position);
    void showDifference();
    [[nodiscard]] app::CompareSession& session() const;

    app::StoryWriter& m_writer;
    const app::Document& m_story;
    const app::RunHistory& m_runs;
    TokenSelection& m_selection;
    std::array<ComparePane*, 2> m_panes{};
    QLabel* m_state = nullptr;
    qsizetype m_cursor = 0;
    bool m_isScrolling = false;
    bool m_isScrolledByHand = false; // since the start; then the view is the reader's
};

} // namespace ui
