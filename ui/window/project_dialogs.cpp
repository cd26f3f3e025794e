#include "ui/window/project_dialogs.h"

#include "app/preferences/preferences.h"
#include "app/project/project_controller.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>

namespace ui {

ProjectDialogs::ProjectDialogs(const app::AppContext& context, const Actions& actions, MessageBar& messages,
                               QWidget& window)
    : QObject(&window)
    , m_context(context)
    , m_messages(messages)
    , m_window(window)
    , m_recent(actions.recent) {
    connectActions(actions);
    connectProject();
    connect(&m_context.preferences, &app::Preferences::recentFilesChanged, this, &ProjectDialogs::fillRecent);
    fillRecent();
}

QFileDialog* ProjectDialogs::ask(const QString& title, const QString& filter, bool forSaving,
                                 const QString& suffix, const Chosen& then) {
    auto* dialog = new QFileDialog(&m_window, title, QString(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(forSaving ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
    dialog->setFileMode(forSaving ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, then);
    dialog->open();
    return dialog;
}

void ProjectDialogs::connectActions(const Actions& actions) {
    app::ProjectController* const project = &m_context.project;
    const QString projects = tr("Inkgate stories (*.inkgate)");
    const QString texts = tr("Text (*.txt *.md)");
    connect(actions.newProject, &QAction::triggered, project, &app::ProjectController::newProject);
    connect(actions.open, &QAction::triggered, this, [this, project, projects, texts] {
        ask(tr("Open a story"), projects + QStringLiteral(";;") + texts, false, QString(),
            [project](const QString& path) {
                const QString suffix = QFileInfo(path).suffix().toLower();
                if (suffix == QLatin1String("txt") || suffix == QLatin1String("md")) {
                    project->importText(path);
                } else {
                    project->open(path);
                }
            });
    });
    connect(actions.save, &QAction::triggered, this, [this, project] {
        if (project->isUntitled() || project->isReadOnly()) {
            saveAs();
        } else {
            project->saveNow();
        }
    });
    connect(actions.saveAs, &QAction::triggered, this, &ProjectDialogs::saveAs);
    connect(actions.importText, &QAction::triggered, this, [this, project, texts] {
        ask(tr("Import a text"), texts + tr(";;All files (*)"), false, QString(),
            [project](const QString& path) { project->importText(path); });
    });
    connect(actions.exportText, &QAction::triggered, this, [this, project, texts] {
        ask(tr("Export the text"), texts, true, QStringLiteral("txt"), [project](const QString& path) {
            project->exportText(path);
        })->selectFile(project->title());
    });
}

void ProjectDialogs::saveAs() {
    app::ProjectController* const project = &m_context.project;
    ask(tr("Save the story as"), tr("Inkgate stories (*.inkgate)"), true, QStringLiteral("inkgate"),
        [project](const QString& path) { project->saveAs(path); })
        ->selectFile(project->title());
}

void ProjectDialogs::connectProject() {
    using app::ProjectController;
    const auto tellProblem = [this](const QString& /*path*/, const QString& message, const QString& details) {
        m_messages.show(MessageBar::Kind::Problem, message, details);
    };
    connect(&m_context.project, &ProjectController::openFailed, this, tellProblem);
    connect(&m_context.project, &ProjectController::saveAsFailed, this, tellProblem);
    connect(&m_context.project, &ProjectController::exportFailed, this, tellProblem);
    connect(&m_context.project, &ProjectController::exported, this, [this](const QString& path) {
        m_messages.show(MessageBar::Kind::Hint, tr("The text is in %1.").arg(QDir::toNativeSeparators(path)));
    });
    connect(&m_context.project, &ProjectController::opened, this, [this](const QString& notice) {
        if (!notice.isEmpty()) {
            m_messages.show(MessageBar::Kind::Hint, notice);
        }
    });
    connect(&m_context.project, &ProjectController::saveStateChanged, this,
            [this](ProjectController::SaveState state) {
                if (state == ProjectController::SaveState::Failing) {
                    m_messages.show(MessageBar::Kind::Problem, m_context.project.saveProblem(), {},
                                    {tr("Save &as…"), [this] { saveAs(); }});
                } else if (state == ProjectController::SaveState::Saved &&
                           m_messages.kind() == MessageBar::Kind::Problem &&
                           m_messages.message() == m_savingProblem) {
                    m_messages.dismiss();
                }
                m_savingProblem = m_context.project.saveProblem();
            });
}

void ProjectDialogs::fillRecent() {
    m_recent->clear();
    for (const QString& path : m_context.preferences.recentFiles()) {
        QAction* const action = m_recent->addAction(QFileInfo(path).completeBaseName());
        action->setToolTip(QDir::toNativeSeparators(path));
        connect(action, &QAction::triggered, this, [this, path] { m_context.project.open(path); });
    }
    m_recent->setToolTipsVisible(true);
    m_recent->setEnabled(!m_recent->isEmpty());
}

} // namespace ui
