// What the window's actions do: the keys of the writer, joined to the story, the model and the views.
#include "ui/window/main_window.h"

#include "app/assistant/assistant_service.h"
#include "app/document/document.h"
#include "app/models/model_catalog.h"
#include "app/project/project_controller.h"
#include "app/project/version_keeper.h"
#include "app/runs/run_history.h"
#include "app/writing/story_writer.h"
#include "ui/attempts/attempt_tree.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/choices/choice_presenter.h"
#include "ui/compare/compare_view.h"
#include "ui/editor/story_editor.h"
#include "ui/editor/token_marker.h"
#include "ui/editor/word_counter.h"
#include "ui/find/find_bar.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/heatmap/token_selection.h"
#include "ui/keys/key_hint.h"
#include "ui/looks/look_marker.h"
#include "ui/reading/reading_dock.h"
#include "ui/sidebar/model_panel.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/spelling/spelling_desk.h"
#include "ui/theme/theme.h"
#include "ui/versions/versions_dialog.h"
#include "ui/window/about_dialog.h"
#include "ui/window/actions.h"
#include "ui/window/ghost_keeper.h"
#include "ui/window/help_dialogs.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QFontDialog>
#include <QMenu>
#include <QStackedWidget>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

constexpr int kSmallestText = 8;
constexpr int kLargestText = 40;

} // namespace

void MainWindow::connectEditing() {
    app::Document* const document = &m_context.document;
    connect(m_actions->undo, &QAction::triggered, document, &app::Document::undo);
    connect(m_actions->redo, &QAction::triggered, document, &app::Document::redo);
    const auto showHistory = [this](bool canUndo, bool canRedo) {
        m_actions->undo->setEnabled(canUndo);
        m_actions->redo->setEnabled(canRedo);
    };
    connect(document, &app::Document::historyChanged, this, showHistory);
    showHistory(document->canUndo(), document->canRedo());
    connect(m_actions->cut, &QAction::triggered, m_editor, &QTextEdit::cut);
    connect(m_actions->copy, &QAction::triggered, m_editor, &QTextEdit::copy);
    connect(m_actions->paste, &QAction::triggered, m_editor, &QTextEdit::paste);
    connect(m_actions->selectAll, &QAction::triggered, m_editor, &QTextEdit::selectAll);
    const auto find = [this](bool withReplace) {
        showStory();
        m_findBar->open(withReplace);
    };
    connect(m_actions->find, &QAction::triggered, this, [find] { find(false); });
    connect(m_actions->replace, &QAction::triggered, this, [find] { find(true); });
    connect(m_actions->findNext, &QAction::triggered, m_findBar, &FindBar::findNext);
    connect(m_actions->findPrevious, &QAction::triggered, m_findBar, &FindBar::findPrevious);
    connect(m_findBar, &FindBar::aboutToReplaceAll, this,
            [this] { m_context.project.versions().keep(app::VersionCause::BeforeReplaceAll); });
    connect(m_actions->versions, &QAction::triggered, m_versions, &VersionsDialog::open);
    connect(m_actions->keepVersion, &QAction::triggered, m_versions, &VersionsDialog::keepNamed);
    connect(m_editor, &StoryEditor::wordsChanged, m_status, &StatusLine::setWords);
    connect(m_editor, &StoryEditor::menuRequested, this, &MainWindow::showEditorMenu);
    m_status->setWords(m_editor->wordCounter().words());
}

void MainWindow::connectWriting() {
    using app::StoryWriter;
    connect(m_actions->continueStory, &QAction::triggered, this, &MainWindow::continueStory);
    connect(m_actions->suggest, &QAction::triggered, m_ghost, &GhostKeeper::suggest);
    connect(m_actions->stop, &QAction::triggered, this, &MainWindow::escape);
    connect(m_actions->stopButton, &QAction::triggered, &m_context.writer, &StoryWriter::stop);
    connect(&m_context.writer, &StoryWriter::activityChanged, this, [this](StoryWriter::Activity activity) {
        m_actions->stopButton->setEnabled(activity != StoryWriter::Activity::Idle);
        if (activity != StoryWriter::Activity::Idle) {
            m_messages->clear(MessageBar::Topic::Writing);
        }
    });
    connect(m_actions->retry, &QAction::triggered, this, &MainWindow::retry);
    connect(m_actions->earlierAttempt, &QAction::triggered, this, [this] { useNeighbourAttempt(-1); });
    connect(m_actions->laterAttempt, &QAction::triggered, this, [this] { useNeighbourAttempt(+1); });
    connect(m_actions->compare, &QAction::triggered, this, &MainWindow::compare);
    connect(&m_context.writer, &StoryWriter::finished, this, &MainWindow::updateAttempts);
    connect(&m_context.writer, &StoryWriter::activityChanged, this, &MainWindow::updateAttempts);
    connect(&m_context.runs, &app::RunHistory::wasReset, this, &MainWindow::updateAttempts);
    connect(m_editor, &QTextEdit::cursorPositionChanged, this, &MainWindow::updateAttempts);
    connect(&m_context.writer.comparison(), &app::CompareSession::started, this, [this] {
        m_pages->setCurrentWidget(m_compare);
        m_context.runs.setCurrentRun(m_context.writer.comparison().side(app::Side::Second).run);
    });
    connect(m_compare, &CompareView::closeRequested, this, [this] {
        m_context.writer.stop();
        showStory();
    });
    connect(m_compare, &CompareView::used, this, [this] {
        showStory();
        updateAttempts();
    });
    connect(m_heatmap, &HeatmapDock::gatedModelWanted, this, &MainWindow::useGatedModel);
}

void MainWindow::connectView() {
    const auto bindDock = [](QAction* action, QDockWidget* dock) {
        connect(action, &QAction::triggered, dock, &QWidget::setVisible);
        connect(dock, &QDockWidget::visibilityChanged, action,
                [action, dock] { action->setChecked(!dock->isHidden()); });
    };
    bindDock(m_actions->showSidebar, m_sidebar);
    bindDock(m_actions->showHeatmap, m_heatmap);
    bindDock(m_actions->showAttempts, m_attempts);
    bindDock(m_actions->showReading, m_reading);
    connect(m_heatmap, &QDockWidget::visibilityChanged, m_marker, &TokenMarker::setActive);
    connect(m_actions->showOrigins, &QAction::triggered, this, [this](bool isShown) {
        app::Appearance appearance = m_context.preferences.appearance();
        appearance.showOrigins = isShown;
        m_context.preferences.setAppearance(appearance);
    });
    connect(m_actions->largerText, &QAction::triggered, this, [this] { zoom(+1); });
    connect(m_actions->smallerText, &QAction::triggered, this, [this] { zoom(-1); });
    connect(m_editor, &StoryEditor::zoomRequested, this, &MainWindow::zoom);
    connect(m_actions->chooseFont, &QAction::triggered, this, [this] {
        auto* dialog = new QFontDialog(m_editor->font(), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QFontDialog::fontSelected, this, [this](const QFont& font) {
            app::Appearance appearance = m_context.preferences.appearance();
            appearance.fontFamily = font.family();
            appearance.fontSize = std::clamp(font.pointSize(), kSmallestText, kLargestText);
            m_context.preferences.setAppearance(appearance);
        });
        dialog->open();
    });
    const std::pair<QAction*, app::Theme> themes[] = {{m_actions->themeSystem, app::Theme::System},
                                                      {m_actions->themeLight, app::Theme::Light},
                                                      {m_actions->themeDark, app::Theme::Dark}};
    for (const auto& [action, theme] : themes) {
        connect(action, &QAction::triggered, this, [this, theme = theme] {
            app::Appearance appearance = m_context.preferences.appearance();
            appearance.theme = theme;
            m_context.preferences.setAppearance(appearance);
        });
    }
    connect(&m_context.preferences, &app::Preferences::appearanceChanged, this, &MainWindow::applyAppearance);
    connect(m_theme, &Theme::changed, this, &MainWindow::applyColours);
    connect(m_actions->focusMode, &QAction::triggered, this, [this](bool isOn) { m_focusMode.set(isOn); });
    connect(m_actions->shortcuts, &QAction::triggered, this, [this] { showShortcuts(*m_actions, *this); });
    connect(m_actions->about, &QAction::triggered, this, [this] { showAbout(*this); });
    connect(m_actions->quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::connectProblems() {
    using Kind = MessageBar::Kind;
    connect(&m_context.writer, &app::StoryWriter::finished, this,
            [this](app::RunId, const app::Outcome& outcome) {
                if (outcome.kind == app::OutcomeKind::Failed) {
                    m_messages->show(MessageBar::Topic::Writing,
                                     {Kind::Problem, outcome.message, outcome.details, {}});
                }
            });
    connect(&m_context.assistant, &app::AssistantService::modelFailed, this,
            [this](const app::ModelChoice&, const QString& message, const QString& details) {
                m_messages->show(MessageBar::Topic::Model,
                                 {Kind::Problem, message, details, {{tr("Choose a &model"), [this] {
                                                                         m_sidebar->show();
                                                                     }}}});
            });
    connect(&m_context.assistant, &app::AssistantService::modelLoaded, this,
            [this] { m_messages->clear(MessageBar::Topic::Model); });
    connect(&m_context.models, &app::ModelCatalog::addFailed, this,
            [this](const QString& problem) { m_messages->show(Kind::Problem, problem); });
    connect(&m_sidebar->modelPanel(), &ModelPanel::modelRemoved, this, [this](const QString& name) {
        m_status->say(tr("%1 is off the list; its file stays where it is").arg(name));
    });
    connect(m_heatmap, &HeatmapDock::failed, this, [this](const QString& message, const QString& details) {
        m_messages->show(Kind::Problem, message, details);
    });
    connect(&m_context.project, &app::ProjectController::backupFailed, this,
            [this](const QString& message) { m_messages->show(Kind::Problem, message); });
    connect(&m_context.project, &app::ProjectController::titleChanged, this, &MainWindow::updateTitle);
    connect(&m_context.project, &app::ProjectController::opened, this, [this](const QString& notice) {
        m_editor->setReadOnly(false);
        showStory();
        updateTitle();
        if (std::exchange(m_isFirstStart, false) && notice.isEmpty() && m_messages->isHidden()) {
            m_messages->show(Kind::Hint,
                             tr("Press %1 and the story goes on.").arg(keysOf(*this, "continueStory")));
        }
    });
}

// --- writing -------------------------------------------------

bool MainWindow::isTextAfter(qsizetype position) const {
    const QString& text = m_context.document.text();
    return std::any_of(text.begin() + std::min(position, text.size()), text.end(),
                       [](QChar c) { return !c.isSpace(); });
}

void MainWindow::continueStory() {
    showStory();
    dismissHint();
    const qsizetype place = m_editor->selectedRange().end();
    m_editor->placeCursor(place);
    m_editor->bringCursorIntoSight(); // so that the view goes along with the text
    m_status->setWritesBeforeText(isTextAfter(place));
    m_context.writer.continueAt(place);
}

void MainWindow::dismissHint() {
    if (m_messages->topic() == MessageBar::Topic::Passing && m_messages->kind() == MessageBar::Kind::Hint) {
        m_messages->dismiss();
    }
}

void MainWindow::retry() {
    showStory();
    m_editor->bringCursorIntoSight(); // it happens in sight
    const qsizetype cursor = m_editor->selectedRange().end();
    const auto standing = m_context.writer.attemptAt(cursor);
    m_status->setWritesBeforeText(isTextAfter(standing ? standing->range.end() : cursor));
    m_context.writer.retry(cursor);
}

void MainWindow::compare() {
    const QString gate = m_sidebar->modelPanel().gateForComparing();
    if (gate.isEmpty()) {
        m_messages->show(MessageBar::Kind::Problem,
                         tr("This model has no gate beside it, so there is nothing to compare it with. "
                            "Choose a model that "
                            "has one."),
                         {}, {tr("Choose a &model"), [this] { m_sidebar->show(); }});
        return;
    }
    dismissHint();
    m_compare->start(m_editor->selectedRange().end(), gate);
}

void MainWindow::useGatedModel() {
    if (!m_sidebar->modelPanel().useGate()) {
        m_messages->show(MessageBar::Kind::Problem,
                         tr("This model has no gate beside it. Choose a model that has one."), {},
                         {tr("Choose a &model"), [this] { m_sidebar->show(); }});
        return;
    }
    m_status->say(tr("the next continuation uses the gate"));
}

void MainWindow::showStory() {
    m_pages->setCurrentWidget(m_storyPage);
    m_editor->setFocus();
}

// Esc undoes one thing at a time, the most pressing first.
void MainWindow::escape() {
    if (m_choices->close() || m_looks->close()) {
        return;
    }
    if (m_context.writer.activity() != app::StoryWriter::Activity::Idle) {
        m_context.writer.stop();
    } else if (m_ghost->dismiss()) {
        return;
    } else if (m_selection->unlock()) {
        return;
    } else if (m_heatmap->isVisible() && m_heatmap->back()) {
        return;
    } else if (m_findBar->isVisible()) {
        m_findBar->close();
    } else if (m_attempts->isVisible() && m_attempts->isShowingCards()) {
        m_attempts->showTree();
        m_editor->setFocus();
    } else if (isComparing()) {
        showStory();
    } else if (!m_messages->isHidden() && m_messages->isPassing()) {
        m_messages->dismiss(); // what is about a lasting cause stays as long as that
    } else if (m_focusMode.isOn() && m_editor->hasFocus()) {
        m_actions->focusMode->trigger(); // out of full screen
    } else {
        m_editor->setFocus(); // from a setting back to the page
    }
}

// --- the page -------------------------------------------------

void MainWindow::zoom(int steps) {
    app::Appearance appearance = m_context.preferences.appearance();
    appearance.fontSize = std::clamp(appearance.fontSize + steps, kSmallestText, kLargestText);
    m_context.preferences.setAppearance(appearance);
}

void MainWindow::showEditorMenu(const QPoint& globalPosition, std::optional<qsizetype> under) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(
        {m_actions->continueStory, m_actions->suggest, m_actions->retry, m_actions->alternatives});
    addBranchTo(*menu, under ? m_context.runs.tokenAt(*under) : std::nullopt);
    menu->addAction(m_actions->compare);
    menu->addSeparator();
    menu->addActions({m_actions->undo, m_actions->redo});
    menu->addSeparator();
    menu->addActions({m_actions->cut, m_actions->copy, m_actions->paste, m_actions->selectAll});
    m_spelling->addTo(*menu, under.value_or(m_editor->cursorPlace()));
    menu->popup(globalPosition);
}

} // namespace ui
