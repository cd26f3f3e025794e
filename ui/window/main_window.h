// main_window.h: the window of the program: the story's page with its find bar, the compare view in its place
// when asked for, the heatmap and the settings beside it, one quiet line below.
// Threads: GUI thread only. The context's parts outlive the window. Nothing here waits for the engine or the
// disk.
#pragma once

#include "app/app_context.h"
#include "app/document/text_origin.h"
#include "app/preferences/preferences.h"
#include "app/runs/run_history.h"
#include "ui/window/focus_mode.h"

#include <QMainWindow>

#include <memory>
#include <optional>

class QMenu;
class QStackedWidget;
class QToolBar;

namespace ui {

struct Actions;
class AttemptsDock;
class CompareView;
class FindBar;
class HeatmapDock;
class MessageBar;
class QuitGuard;
class SidebarDock;
class SpellingDesk;
class StatusLine;
class StoryEditor;
class Theme;
class TokenMarker;
class TokenSelection;
class VersionsDialog;
class VoiceDialog;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(app::AppContext& context);
    ~MainWindow() override;

    [[nodiscard]] StoryEditor& editor() { return *m_editor; }
    [[nodiscard]] FindBar& findBar() { return *m_findBar; }
    [[nodiscard]] HeatmapDock& heatmap() { return *m_heatmap; }
    [[nodiscard]] CompareView& compareView() { return *m_compare; }
    [[nodiscard]] AttemptsDock& attempts() { return *m_attempts; }
    [[nodiscard]] SidebarDock& sidebar() { return *m_sidebar; }
    [[nodiscard]] StatusLine& statusLine() { return *m_status; }
    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] SpellingDesk& spelling() { return *m_spelling; }
    [[nodiscard]] const Actions& actions() const { return *m_actions; }
    [[nodiscard]] TokenSelection& tokenSelection() { return *m_selection; }
    [[nodiscard]] const Theme& theme() const { return *m_theme; }
    [[nodiscard]] bool isComparing() const; // the compare view is in sight

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void build();
    void buildDocks();
    void restoreWindow();
    void connectEditing();
    void connectWriting();
    void connectView();
    void connectProblems();
    void connectVoice();
    void connectSpelling(); // main_window_spelling.cpp
    void connectAttempts(); // main_window_attempts.cpp, as the next five
    void writeAlternatives();
    void branch();
    void addBranchTo(QMenu& menu, const std::optional<app::RunHistory::TokenPlace>& token);
    void branchBehind(const app::RunHistory::TokenPlace& token);
    void showAttempt(app::RunId run);
    void applyAppearance(const app::Appearance& appearance);
    void applyColours();
    void zoom(int steps);

    void continueStory();
    void dismissHint();
    void retry();
    void useNeighbourAttempt(int step);
    void compare();
    void showStory();
    void escape();
    void useGatedModel();
    void updateAttempts();
    void updateTitle();
    void showEditorMenu(const QPoint& globalPosition, std::optional<qsizetype> under);
    [[nodiscard]] bool isTextAfter(qsizetype position) const;

    app::AppContext m_context;
    Theme* m_theme;
    std::unique_ptr<Actions> m_actions;
    TokenSelection* m_selection;
    StoryEditor* m_editor = nullptr;
    FindBar* m_findBar = nullptr;
    MessageBar* m_messages = nullptr;
    CompareView* m_compare = nullptr;
    HeatmapDock* m_heatmap = nullptr;
    SidebarDock* m_sidebar = nullptr;
    AttemptsDock* m_attempts = nullptr;
    VoiceDialog* m_voice;
    VersionsDialog* m_versions;
    SpellingDesk* m_spelling = nullptr;
    StatusLine* m_status = nullptr;
    TokenMarker* m_marker = nullptr;
    QuitGuard* m_quitGuard = nullptr;
    QToolBar* m_toolBar = nullptr;
    QStackedWidget* m_pages = nullptr;
    QWidget* m_storyPage = nullptr;
    FocusMode m_focusMode;
    bool m_isFirstStart = false;
};

} // namespace ui
