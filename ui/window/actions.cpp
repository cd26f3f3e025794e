#include "ui/window/actions.h"

#include "ui/theme/theme.h"

#include <QActionGroup>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>

#include <array>

namespace ui {

namespace {

// Adds actions to one menu, and to the window itself, so that keys work while menus are hidden.
class MenuMaker {
public:
    MenuMaker(QMainWindow& window, const QString& title)
        : m_window(window)
        , m_menu(window.menuBar()->addMenu(title)) {}

    QAction* add(const QString& text, const QList<QKeySequence>& keys, const QString& tip,
                 bool isCheckable = false) {
        QAction* const action = m_menu->addAction(text);
        action->setShortcuts(keys);
        action->setStatusTip(QString()); // the status line stays the story's
        QString toolTip = tip.isEmpty() ? QString(text).remove(u'&').remove(QChar(0x2026)) : tip;
        if (!keys.isEmpty()) {
            toolTip += QStringLiteral(" (%1)").arg(keys.first().toString(QKeySequence::NativeText));
        }
        action->setToolTip(toolTip);
        action->setCheckable(isCheckable);
        m_window.addAction(action);
        return action;
    }
    QAction* add(const QString& text, QKeySequence::StandardKey key, const QString& tip = {}) {
        return add(text, QKeySequence::keyBindings(key), tip);
    }
    void separate() { m_menu->addSeparator(); }
    [[nodiscard]] QMenu* menu() const { return m_menu; }

private:
    QMainWindow& m_window;
    QMenu* m_menu;
};

void nameAll(const Actions& actions, QMainWindow& window) {
    const std::pair<QAction*, const char*> names[] = {
        {actions.newProject, "newStory"},
        {actions.open, "openStory"},
        {actions.save, "save"},
        {actions.saveAs, "saveAs"},
        {actions.importText, "import"},
        {actions.exportText, "export"},
        {actions.print, "print"},
        {actions.versions, "versions"},
        {actions.keepVersion, "keepVersion"},
        {actions.quit, "quit"},
        {actions.undo, "undo"},
        {actions.redo, "redo"},
        {actions.cut, "cut"},
        {actions.copy, "copy"},
        {actions.paste, "paste"},
        {actions.selectAll, "selectAll"},
        {actions.find, "find"},
        {actions.replace, "replace"},
        {actions.findNext, "findNext"},
        {actions.findPrevious, "findPrevious"},
        {actions.preferences, "preferences"},
        {actions.nextMisspelled, "nextMisspelled"},
        {actions.showMisspelled, "showMisspelled"},
        {actions.continueStory, "continueStory"},
        {actions.suggest, "suggest"},
        {actions.stop, "stop"},
        {actions.retry, "retry"},
        {actions.earlierAttempt, "earlierAttempt"},
        {actions.laterAttempt, "laterAttempt"},
        {actions.alternatives, "alternatives"},
        {actions.branch, "branch"},
        {actions.likelyWords, "likelyWords"},
        {actions.looksBack, "looksBack"},
        {actions.compare, "compare"},
        {actions.editMemory, "editMemory"},
        {actions.teachVoice, "teachVoice"},
        {actions.getModels, "getModels"},
        {actions.addModel, "addModel"},
        {actions.goTo, "goTo"},
        {actions.newChapter, "newChapter"},
        {actions.sceneBreak, "sceneBreak"},
        {actions.mergeScene, "mergeScene"},
        {actions.renameScene, "renameScene"},
        {actions.goals, "goals"},
        {actions.showOutline, "showOutline"},
        {actions.showSidebar, "showSidebar"},
        {actions.showHeatmap, "showHeatmap"},
        {actions.showAttempts, "showAttempts"},
        {actions.showReading, "showReading"},
        {actions.showOrigins, "showOrigins"},
        {actions.choicesUnderMouse, "choicesUnderMouse"},
        {actions.looksUnderMouse, "looksUnderMouse"},
        {actions.largerText, "largerText"},
        {actions.smallerText, "smallerText"},
        {actions.chooseFont, "chooseFont"},
        {actions.themeSystem, "themeSystem"},
        {actions.themeLight, "themeLight"},
        {actions.themeDark, "themeDark"},
        {actions.nextFocus, "nextFocus"},
        {actions.typewriter, "typewriter"},
        {actions.nextPane, "nextPane"},
        {actions.previousPane, "previousPane"},
        {actions.showToolBar, "showToolBar"},
        {actions.focusMode, "fullScreen"},
        {actions.shortcuts, "shortcuts"},
        {actions.about, "about"},
    };
    for (const auto& [action, name] : names) {
        action->setObjectName(QLatin1String(name));
        window.addAction(action); // keys work while menus are hidden
    }
    constexpr std::array kFocus{"focusEverything", "focusLine", "focusSentence", "focusParagraph"};
    for (qsizetype i = 0; i < actions.pageFocus.size(); ++i) {
        actions.pageFocus[i]->setObjectName(QLatin1String(kFocus[static_cast<std::size_t>(i)]));
        window.addAction(actions.pageFocus[i]);
    }
}

} // namespace

Actions::Actions(QMainWindow& window) {
    MenuMaker file(window, tr("&File"));
    newProject = file.add(tr("&New"), QKeySequence::New);
    open = file.add(tr("&Open…"), QKeySequence::Open);
    recent = file.menu()->addMenu(tr("Open &recent"));
    file.separate();
    save = file.add(tr("&Save"), QKeySequence::Save,
                    tr("Inkgate saves as you write; this gives a new story its name"));
    saveAs = file.add(tr("Save &as…"), {QKeySequence(tr("Ctrl+Shift+S"))}, {});
    file.separate();
    importText = file.add(tr("&Import…"), {},
                          tr("Begins a story with a text, Word, OpenDocument or HTML file, or an e-book"));
    exportText = file.add(tr("&Export…"), {QKeySequence(tr("Ctrl+Shift+E"))},
                          tr("The text alone, as text, Markdown, Word, OpenDocument, HTML, e-book or PDF"));
    print = file.add(tr("&Print…"), QKeySequence::Print);
    file.separate();
    keepVersion = file.add(tr("&Keep a version…"), {}, tr("Keeps the text as it is now, under a name"));
    versions = file.add(tr("&Versions…"), {QKeySequence(tr("Ctrl+Shift+H"))},
                        tr("Earlier texts of this story, and what changed since"));
    file.separate();
    quit = file.add(tr("&Quit"), {QKeySequence(tr("Ctrl+Q"))}, {});
    quit->setMenuRole(QAction::QuitRole);

    MenuMaker edit(window, tr("&Edit"));
    undo = edit.add(tr("&Undo"), {QKeySequence(tr("Ctrl+Z"))}, {});
    redo = edit.add(tr("&Redo"), {QKeySequence(tr("Ctrl+Shift+Z")), QKeySequence(tr("Ctrl+Y"))}, {});
    edit.separate();
    cut = edit.add(tr("Cu&t"), QKeySequence::Cut);
    copy = edit.add(tr("&Copy"), QKeySequence::Copy);
    paste = edit.add(tr("&Paste"), QKeySequence::Paste);
    selectAll = edit.add(tr("Select &all"), QKeySequence::SelectAll);
    edit.separate();
    find = edit.add(tr("&Find…"), {QKeySequence(tr("Ctrl+F"))}, {});
    replace = edit.add(tr("Find and rep&lace…"), {QKeySequence(tr("Ctrl+H"))}, {});
    findNext = edit.add(tr("Find &next"), {QKeySequence(tr("F3"))}, {});
    findPrevious = edit.add(tr("Find pre&vious"), {QKeySequence(tr("Shift+F3"))}, {});
    edit.separate();
    preferences = edit.add(tr("Pr&eferences…"), {QKeySequence(tr("Ctrl+,"))}, {});
    preferences->setMenuRole(QAction::PreferencesRole);

    edit.separate();
    nextMisspelled = edit.add(tr("Next &misspelled word"), {QKeySequence(Qt::Key_F7)},
                              tr("Goes to the next word that is not in the dictionary, with suggestions"));
    showMisspelled = edit.add(tr("Underline misspelle&d words"), {}, {}, true);
    spellingLanguage = edit.menu()->addMenu(tr("Lan&guage of the story"));

    MenuMaker write(window, tr("&Write"));
    continueStory = write.add(tr("&Continue the story"),
                              {QKeySequence(tr("Ctrl+Enter")), QKeySequence(tr("Ctrl+Return"))},
                              tr("The model goes on from the cursor"));
    suggest = write.add(tr("Su&ggest"), {QKeySequence(tr("Ctrl+Space"))},
                        tr("A suggestion in grey behind the cursor: Tab takes it, Ctrl+Right its next word"));
    stop =
        write.add(tr("&Stop"), {QKeySequence(Qt::Key_Escape)}, tr("Stops the model and keeps what it wrote"));
    stopButton = new QAction(tr("Stop"), &window);
    stopButton->setToolTip(stop->toolTip());
    stopButton->setEnabled(false);
    write.separate();
    retry = write.add(tr("&Try again"), {QKeySequence(tr("Ctrl+R"))},
                      tr("Another continuation in the place of the one at the cursor"));
    earlierAttempt = write.add(tr("&Earlier attempt"), {QKeySequence(tr("Alt+Up"))}, {});
    laterAttempt = write.add(tr("&Later attempt"), {QKeySequence(tr("Alt+Down"))}, {});
    alternatives =
        write.add(tr("&Alternatives"), {QKeySequence(tr("Alt+Enter")), QKeySequence(tr("Alt+Return"))},
                  tr("Several continuations from the cursor, of which you take one"));
    branch = write.add(tr("&Branch here"), {QKeySequence(tr("Ctrl+B"))},
                       tr("Another way on behind the marked token, or the one at the cursor"));
    likelyWords = write.add(tr("Li&kely words here"), {QKeySequence(tr("Ctrl+."))},
                            tr("What the model held likely in the place of its word at the cursor"));
    looksBack = write.add(tr("L&ooks back at"), {QKeySequence(tr("Ctrl+Shift+L"))},
                          tr("The passages that an RWKV-X model looked back at, word by word at the cursor"));
    write.separate();
    compare = write.add(tr("Co&mpare base and gated"),
                        {QKeySequence(tr("Ctrl+Shift+Enter")), QKeySequence(tr("Ctrl+Shift+Return"))},
                        tr("Both models continue from the cursor, side by side"));
    write.separate();
    editMemory = write.add(tr("Memory a&nd lorebook…"), {QKeySequence(tr("Ctrl+L"))},
                           tr("What the model reads besides the story: memory, author’s note, lorebook"));
    teachVoice =
        write.add(tr("Teach it your &voice…"), {},
                  tr("Fits a gate to what you wrote, so that the model comes nearer to how you write"));

    MenuMaker story(window, tr("&Story"));
    goTo = story.add(tr("&Go to a chapter or scene"), {QKeySequence(tr("Ctrl+J"))}, {});
    story.separate();
    newChapter = story.add(tr("&New chapter here"), {},
                           tr("Begins a chapter at the cursor; the text behind it becomes its text"));
    sceneBreak = story.add(tr("&Scene break here"), {QKeySequence(tr("Ctrl+Shift+B"))},
                           tr("Parts the scene at the cursor"));
    mergeScene = story.add(tr("&Merge with the one before"), {},
                           tr("Takes the heading or scene break before the cursor away"));
    renameScene = story.add(tr("&Rename"), {},
                            tr("Another title for the chapter at the cursor, or a name "
                               "for the scene"));
    story.separate();
    goals = story.add(tr("Goa&ls and log…"), {}, tr("How many words you want to write, and wrote"));

    MenuMaker view(window, tr("&View"));
    showOutline = view.add(tr("&Outline"), {QKeySequence(tr("Ctrl+Shift+O"))},
                           tr("Chapters and scenes, and your notes about them"), true);
    showSidebar = view.add(tr("&Model and settings"), {QKeySequence(tr("Ctrl+M"))}, {}, true);
    showHeatmap = view.add(tr("&Gate heatmap"), {QKeySequence(tr("Ctrl+G"))}, {}, true);
    showAttempts = view.add(tr("&Attempts"), {QKeySequence(tr("Ctrl+T"))}, {}, true);
    showReading = view.add(tr("What the model &reads"), {QKeySequence(tr("Ctrl+Shift+R"))},
                           tr("The prompt of the next continuation, part by part, with its tokens"), true);
    showOrigins = view.add(tr("&Colour the model’s words"), {QKeySequence(tr("Ctrl+Shift+G"))}, {}, true);
    choicesUnderMouse =
        view.add(tr("Likely &words under the mouse"), {},
                 tr("While the mouse rests on a word of the model; with Ctrl held, always"), true);
    looksUnderMouse = view.add(
        tr("Looks bac&k at, under the mouse"), {},
        tr("The passages that an RWKV-X model looked back at, while the mouse is on a word of it"), true);
    view.separate();
    largerText = view.add(tr("&Larger text"), {QKeySequence(tr("Ctrl++")), QKeySequence(tr("Ctrl+="))}, {});
    smallerText = view.add(tr("&Smaller text"), {QKeySequence(tr("Ctrl+-"))}, {});
    chooseFont = view.add(tr("Text &face…"), {}, {});
    view.separate();
    QMenu* const themes = view.menu()->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(&window);
    themeSystem = themes->addAction(tr("As the &system"));
    themeLight = themes->addAction(tr("&Light"));
    themeDark = themes->addAction(tr("&Dark"));
    for (QAction* const theme : {themeSystem, themeLight, themeDark}) {
        theme->setCheckable(true);
        group->addAction(theme);
    }
    view.separate();
    QMenu* const focus = view.menu()->addMenu(tr("Foc&us on"));
    auto* focusGroup = new QActionGroup(&window);
    for (const QString& name :
         {tr("&Everything"), tr("The &line"), tr("The &sentence"), tr("The &paragraph")}) {
        QAction* const action = focus->addAction(name);
        action->setCheckable(true);
        focusGroup->addAction(action);
        pageFocus.append(action);
    }
    nextFocus = view.add(tr("Ne&xt focus"), {QKeySequence(Qt::Key_F8)},
                         tr("Line, sentence, paragraph, everything; the rest is dimmed"));
    typewriter = view.add(tr("T&ypewriter scrolling"), {QKeySequence(tr("Shift+F8"))},
                          tr("Keeps the line that is written at one height"), true);
    nextPane = view.add(tr("&Next pane"), {QKeySequence(Qt::Key_F6)},
                        tr("Takes the keys from the page to the panels, one after the other"));
    previousPane = view.add(tr("Pre&vious pane"), {QKeySequence(Qt::SHIFT | Qt::Key_F6)}, {});
    showToolBar = view.add(tr("Tool &bar"), {}, tr("A bar with the most used commands"), true);
    focusMode = view.add(tr("Full scr&een, nothing but the page"), {QKeySequence(Qt::Key_F11)}, {}, true);

    MenuMaker model(window, tr("&Model"));
    getModels =
        model.add(tr("&Get models…"), {}, tr("Models that can be downloaded, and those that are here"));
    addModel = model.add(tr("&Add a model file…"), {}, tr("A model file that is on this computer"));

    MenuMaker help(window, tr("&Help"));
    shortcuts = help.add(tr("&Keyboard shortcuts"), {QKeySequence(Qt::Key_F1)}, {});
    about = help.add(tr("&About Inkgate"), {}, {});
    about->setMenuRole(QAction::AboutRole);
    menus = {file.menu(), edit.menu(), write.menu(), story.menu(), view.menu(), model.menu(), help.menu()};
    nameAll(*this, window);
}

void Actions::addToToolBar(QToolBar& bar) const {
    for (QAction* const action : {continueStory, stopButton, retry, compare}) {
        bar.addAction(action);
    }
    bar.addSeparator();
    for (QAction* const action : {undo, redo, find}) {
        bar.addAction(action);
    }
    auto* space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar.addWidget(space);
    for (QAction* const action : {showHeatmap, showSidebar}) {
        bar.addAction(action);
    }
}

void Actions::setIcons(const Theme& theme) const {
    const std::pair<QAction*, const char*> icons[] = {
        {newProject, "new"},
        {open, "open"},
        {saveAs, "save"},
        {undo, "undo"},
        {redo, "redo"},
        {find, "find"},
        {continueStory, "continue"},
        {stop, "stop"},
        {stopButton, "stop"},
        {retry, "retry"},
        {compare, "compare"},
        {showSidebar, "sidebar"},
        {showHeatmap, "heatmap"},
    };
    for (const auto& [action, name] : icons) {
        action->setIcon(theme.icon(QLatin1String(name)));
        action->setIconVisibleInMenu(false); // calm menus: words and keys
    }
}

} // namespace ui
