#include "ui/window/actions.h"

#include "ui/theme/theme.h"

#include <QActionGroup>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>

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
    nextMisspelled = edit.add(tr("Next &misspelled word"), {QKeySequence(Qt::Key_F7)},
                              tr("Goes to the next word that is not in the dictionary, with suggestions"));
    nextMisspelled->setObjectName(QStringLiteral("nextMisspelled"));
    showMisspelled = edit.add(tr("Underline miss&pelled words"), {}, {}, true);
    showMisspelled->setObjectName(QStringLiteral("showMisspelled"));
    spellingLanguage = edit.menu()->addMenu(tr("Lan&guage of the story"));

    MenuMaker write(window, tr("&Write"));
    continueStory = write.add(tr("&Continue the story"),
                              {QKeySequence(tr("Ctrl+Enter")), QKeySequence(tr("Ctrl+Return"))},
                              tr("The model goes on from the cursor"));
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
    write.separate();
    compare = write.add(tr("Co&mpare base and gated"),
                        {QKeySequence(tr("Ctrl+Shift+Enter")), QKeySequence(tr("Ctrl+Shift+Return"))},
                        tr("Both models continue from the cursor, side by side"));
    write.separate();
    teachVoice =
        write.add(tr("Teach it your &voice…"), {},
                  tr("Fits a gate to what you wrote, so that the model comes nearer to how you write"));

    MenuMaker view(window, tr("&View"));
    showSidebar = view.add(tr("&Model and settings"), {QKeySequence(tr("Ctrl+M"))}, {}, true);
    showHeatmap = view.add(tr("&Gate heatmap"), {QKeySequence(tr("Ctrl+G"))}, {}, true);
    showAttempts = view.add(tr("&Attempts"), {QKeySequence(tr("Ctrl+T"))}, {}, true);
    showOrigins = view.add(tr("&Colour the model’s words"), {QKeySequence(tr("Ctrl+Shift+G"))}, {}, true);
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
    focusMode = view.add(tr("Full scr&een, nothing but the page"), {QKeySequence(Qt::Key_F11)}, {}, true);

    MenuMaker help(window, tr("&Help"));
    shortcuts = help.add(tr("&Keyboard shortcuts"), {QKeySequence(Qt::Key_F1)}, {});
    about = help.add(tr("&About Inkgate"), {}, {});
    about->setMenuRole(QAction::AboutRole);
    menus = {file.menu(), edit.menu(), write.menu(), view.menu(), help.menu()};
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
