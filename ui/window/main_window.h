// main_window.h: the window of the program: the story's page with its find bar, the compare view in its place
// when asked for, the heatmap and the settings beside it, one quiet line below.
// Threads: GUI thread only. The context's parts outlive the window. Nothing here waits for the engine or the
// disk.
#pragma once

#include "app/app_context.h"
#include "app/document/text_origin.h"
#include "app/preferences/preferences.h"
#include "app/runs/run_history.h"
#include "ui/window/panels/focus_mode.h"

#include <QMainWindow>

#include <memory>
#include <optional>

class QMenu;
class QStackedWidget;
class QToolBar;

namespace app {
class ReadingPreview;
}

namespace ui {

struct Actions;
struct Colours;
class AttemptsDock;
class ChoicePresenter;
class CompareView;
class FindBar;
class GhostKeeper;
class HeatmapDock;
class LibraryDialog;
class LookMarker;
class MemoryDialog;
class MessageBar;
class OriginLegend;
class PaneSwitcher;
class PreferencesDialog;
class OutlineDock;
class QuitGuard;
class ReadingDock;
class ReadingEdge;
class ShortcutSet;
class SidebarDock;
class SpellingDesk;
class StatusLine;
class StoryEditor;
class Theme;
class TokenMarker;
class TokenSelection;
class VersionsDialog;
class VoiceDialog;
class WindowKeeper;

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
    [[nodiscard]] ChoicePresenter& choices() { return *m_choices; }
    [[nodiscard]] LookMarker& looks() { return *m_looks; }
    [[nodiscard]] ReadingDock& reading() { return *m_reading; }
    [[nodiscard]] ReadingEdge& readingEdge() { return *m_edge; }
    [[nodiscard]] app::ReadingPreview& readingPreview() { return *m_preview; }
    [[nodiscard]] MemoryDialog& memory() { return *m_memory; }
    [[nodiscard]] LibraryDialog& library() { return *m_library; }
    [[nodiscard]] OutlineDock& outline() { return *m_outline; }
    [[nodiscard]] SidebarDock& sidebar() { return *m_sidebar; }
    [[nodiscard]] GhostKeeper& ghost() { return *m_ghost; }
    [[nodiscard]] StatusLine& statusLine() { return *m_status; }
    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] SpellingDesk& spelling() { return *m_spelling; }
    [[nodiscard]] const Actions& actions() const { return *m_actions; }
    [[nodiscard]] TokenSelection& tokenSelection() { return *m_selection; }
    [[nodiscard]] const Theme& theme() const { return *m_theme; }
    [[nodiscard]] ShortcutSet& shortcuts() { return *m_shortcuts; }
    [[nodiscard]] PaneSwitcher& panes() { return *m_panes; }
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
    void connectFrame(); // main_window_frame.cpp, as the next three
    void finishDocks();
    void showPreferences();
    void colourFrame(const Colours& colours);
    void connectProblems();
    void connectVoice();
    void connectLibrary();   // main_window_library.cpp
    void connectReading();   // main_window_reading.cpp
    void connectSpelling();  // main_window_spelling.cpp
    void connectStructure(); // main_window_structure.cpp, as the next four
    void connectFocus();
    void connectGoals();
    void goToScene();
    void setPageFocus(app::PageFocus focus);
    void connectAttempts(); // main_window_attempts.cpp, as what follows up to connectLooks()
    void writeAlternatives();
    void branch();
    void addBranchTo(QMenu& menu, const std::optional<app::RunHistory::TokenPlace>& token);
    void branchBehind(const app::RunHistory::TokenPlace& token);
    void showAttempt(app::RunId run);
    void connectChoices();
    void showLikelyWords();
    void connectLooks();
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
    app::ReadingPreview* m_preview;
    ReadingDock* m_reading = nullptr;
    ReadingEdge* m_edge = nullptr;
    MemoryDialog* m_memory = nullptr;
    OutlineDock* m_outline = nullptr;
    VoiceDialog* m_voice;
    LibraryDialog* m_library = nullptr;
    VersionsDialog* m_versions;
    SpellingDesk* m_spelling = nullptr;
    StatusLine* m_status = nullptr;
    TokenMarker* m_marker = nullptr;
    ChoicePresenter* m_choices = nullptr;
    LookMarker* m_looks = nullptr;
    GhostKeeper* m_ghost = nullptr;
    QuitGuard* m_quitGuard = nullptr;
    WindowKeeper* m_keeper = nullptr;
    OriginLegend* m_legend = nullptr;
    ShortcutSet* m_shortcuts = nullptr;
    PaneSwitcher* m_panes = nullptr;
    PreferencesDialog* m_preferencesDialog = nullptr;
    QToolBar* m_toolBar = nullptr;
    QStackedWidget* m_pages = nullptr;
    QWidget* m_storyPage = nullptr;
    FocusMode m_focusMode;
    bool m_isFirstStart = false;
};

} // namespace ui
