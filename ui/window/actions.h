// actions.h: everything the window can do, each with its usual key, its words and its place in the menus.
// What they do is connected in main_window_actions.cpp. An action's object name is its name in the settings,
// where the writer's own keys are kept (ui/keys), so it stays.
// Threads: GUI thread only.
#pragma once

#include <QCoreApplication>
#include <QList>

class QAction;
class QMainWindow;
class QMenu;
class QToolBar;

namespace ui {

class Theme;

struct Actions {
    Q_DECLARE_TR_FUNCTIONS(ui::Actions)

public:
    // Makes the actions and the menus of `window`. They work while the menu bar is hidden, too.
    explicit Actions(QMainWindow& window);
    void addToToolBar(QToolBar& bar) const;
    void setIcons(const Theme& theme) const;

    QAction* newProject;
    QAction* open;
    QAction* save;
    QAction* saveAs;
    QAction* importText;
    QAction* exportText;
    QAction* print;
    QAction* versions;
    QAction* keepVersion;
    QAction* quit;
    QMenu* recent;

    QAction* undo;
    QAction* redo;
    QAction* cut;
    QAction* copy;
    QAction* paste;
    QAction* selectAll;
    QAction* find;
    QAction* replace;
    QAction* findNext;
    QAction* findPrevious;
    QAction* preferences;

    QAction* nextMisspelled;
    QAction* showMisspelled;
    QMenu* spellingLanguage;

    QAction* continueStory;
    QAction* suggest;
    QAction* stop;       // Esc: also closes what else is open, so it is always on
    QAction* stopButton; // on the tool bar: on while the model writes
    QAction* retry;
    QAction* earlierAttempt;
    QAction* laterAttempt;
    QAction* alternatives;
    QAction* branch;
    QAction* likelyWords;
    QAction* looksBack;
    QAction* compare;
    QAction* editMemory;
    QAction* teachVoice;

    QAction* getModels;
    QAction* addModel;

    QAction* goTo;
    QAction* sceneBreak;
    QAction* newChapter;
    QAction* mergeScene;
    QAction* renameScene;
    QAction* goals;

    QAction* showOrigins;
    QAction* choicesUnderMouse;
    QAction* looksUnderMouse;
    QAction* largerText;
    QAction* smallerText;
    QAction* chooseFont;
    QAction* themeSystem;
    QAction* themeLight;
    QAction* themeDark;
    QAction* showSidebar;
    QAction* showHeatmap;
    QAction* showAttempts;
    QAction* showReading;
    QAction* showToolBar;
    QAction* nextPane;
    QAction* previousPane;
    QAction* showOutline;
    QList<QAction*> pageFocus; // one for each PageFocus
    QAction* nextFocus;
    QAction* typewriter;
    QAction* focusMode;

    QAction* shortcuts;
    QAction* about;

    QList<QMenu*> menus; // in the menu bar, in order
};

} // namespace ui
