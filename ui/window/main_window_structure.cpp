// The story's structure in the window: the outline, notes of scenes, focus on the page, goals.
#include "app/document/document.h"
#include "app/notes/scene_notes.h"
#include "app/project/project_controller.h"
#include "app/statistics/writing_log.h"
#include "app/structure/story_outline.h"
#include "ui/editor/focus_view.h"
#include "ui/editor/story_editor.h"
#include "ui/find/find_bar.h"
#include "ui/goals/goal_words.h"
#include "ui/goals/goals_dialog.h"
#include "ui/outline/jump_list.h"
#include "ui/outline/note_find_source.h"
#include "ui/outline/outline_commands.h"
#include "ui/outline/outline_dock.h"
#include "ui/outline/outline_tree.h"
#include "ui/window/actions.h"
#include "ui/window/main_window.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>

namespace ui {

void MainWindow::connectStructure() {
    OutlineCommands* const commands = &m_outline->commands();
    connect(m_actions->showOutline, &QAction::triggered, m_outline, &QWidget::setVisible);
    connect(m_outline, &QDockWidget::visibilityChanged, m_actions->showOutline,
            [this] { m_actions->showOutline->setChecked(!m_outline->isHidden()); });
    connect(m_actions->showOutline, &QAction::triggered, this, [this](bool isShown) {
        if (isShown && !m_outline->tree().isEmpty())
            m_outline->tree().setFocus();
        else
            m_editor->setFocus();
    });
    connect(m_actions->goTo, &QAction::triggered, this, &MainWindow::goToScene);
    connect(m_actions->sceneBreak, &QAction::triggered, commands, &OutlineCommands::splitAtCursor);
    connect(m_actions->mergeScene, &QAction::triggered, commands, &OutlineCommands::mergeAtCursor);
    // The title is given in the tree, which has to be in sight for it.
    connect(m_actions->newChapter, &QAction::triggered, this, [this, commands] {
        showStory();
        m_outline->show();
        commands->beginChapterAtCursor();
    });
    connect(m_actions->renameScene, &QAction::triggered, this, [this] {
        const app::Outline& outline = m_context.project.outline().outline();
        m_outline->show();
        if (!m_outline->tree().renameSection(outline.sectionAt(m_editor->cursorPlace())))
            m_messages->show(
                MessageBar::Kind::Hint,
                tr("What stands here has no title to change: begin a chapter or a scene first."));
    });
    connect(commands, &OutlineCommands::refused, this,
            [this](const QString& reason) { m_messages->show(MessageBar::Kind::Hint, reason); });

    m_findBar->setSource(std::make_unique<NoteFindSource>(m_context.project.notes(), *m_outline));
    connect(m_findBar, &FindBar::replacedElsewhere, this,
            [this](int places, const std::function<void()>& undo) {
                m_messages->show(MessageBar::Kind::Hint,
                                 tr("Replaced in %n place(s) of your notes.", nullptr, places), {},
                                 {tr("&Undo"), undo});
            });
    connectFocus();
    connectGoals();
}

void MainWindow::goToScene() {
    const app::Outline& outline = m_context.project.outline().outline();
    const auto rows = app::outlineRows(outline, m_context.document.text());
    if (rows.isEmpty()) {
        m_messages->show(
            MessageBar::Kind::Hint,
            tr("The story has no chapters yet. A line “# The ferry” or “Chapter 1” begins one."));
        return;
    }
    auto* const list = new JumpList(jumpEntries(rows, m_context.project.notes().overview().synopses,
                                                outline.sectionAt(m_editor->cursorPlace())),
                                    this);
    connect(list, &JumpList::chosen, this, [this](qsizetype place) {
        showStory();
        m_outline->commands().goTo(place);
    });
    list->open();
}

void MainWindow::connectFocus() {
    for (int i = 0; i < m_actions->pageFocus.size(); ++i)
        connect(m_actions->pageFocus[i], &QAction::triggered, this,
                [this, i] { setPageFocus(static_cast<app::PageFocus>(i)); });
    connect(m_actions->nextFocus, &QAction::triggered, this, [this] {
        const int next = static_cast<int>(m_context.preferences.pageFocus()) + 1;
        setPageFocus(static_cast<app::PageFocus>(next % m_actions->pageFocus.size()));
    });
    connect(m_actions->typewriter, &QAction::triggered, this, [this](bool isOn) {
        m_context.preferences.setTypewriter(isOn);
        m_editor->setTypewriter(isOn);
    });
    setPageFocus(m_context.preferences.pageFocus());
    m_actions->typewriter->setChecked(m_context.preferences.isTypewriter());
    m_editor->setTypewriter(m_context.preferences.isTypewriter());
}

void MainWindow::setPageFocus(app::PageFocus focus) {
    m_context.preferences.setPageFocus(focus);
    m_actions->pageFocus[static_cast<int>(focus)]->setChecked(true);
    m_editor->focusView().setRange(static_cast<FocusRange>(focus));
}

void MainWindow::connectGoals() {
    app::WritingLog* const log = &m_context.project.log();
    const auto tell = [this, log] {
        m_status->setGoal(goalProgress(m_context.preferences.goal(), log->today(), log->session()),
                          dayInWords(log->today(), log->session()));
    };
    connect(log, &app::WritingLog::changed, this, tell);
    connect(&m_context.preferences, &app::Preferences::goalChanged, this, tell);
    connect(m_actions->goals, &QAction::triggered, this,
            [this, log] { (new GoalsDialog(m_context.preferences, *log, this))->show(); });
    tell();
}

} // namespace ui
