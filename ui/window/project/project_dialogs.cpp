#include "ui/window/project/project_dialogs.h"

#include "app/files/file_path.h"
#include "app/preferences/preferences.h"
#include "app/project/project_controller.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QMenu>

namespace ui {

ProjectDialogs::ProjectDialogs(const app::AppContext& context, const Actions& actions, QWidget& window)
    : QObject(&window)
    , m_context(context)
    , m_window(window)
    , m_recent(actions.recent)
    , m_export(context, window) {
    connectActions(actions);
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
    const QString texts = importFilter();
    connect(actions.newProject, &QAction::triggered, project, &app::ProjectController::newProject);
    connect(actions.open, &QAction::triggered, this, [this, project, projects, texts] {
        ask(tr("Open a story"), projects + QStringLiteral(";;") + texts + tr(";;All files (*)"), false,
            QString(), [project](const QString& path) { project->open(path); });
    });
    connect(actions.save, &QAction::triggered, this, [this, project] {
        if (project->needsName()) {
            saveAs();
        } else {
            project->saveNow();
        }
    });
    connect(actions.saveAs, &QAction::triggered, this, &ProjectDialogs::saveAs);
    connect(actions.importText, &QAction::triggered, this, [this, project, texts] {
        ask(tr("Import a story"), texts + tr(";;All files (*)"), false, QString(),
            [project](const QString& path) { project->importText(path); });
    });
    connect(actions.exportText, &QAction::triggered, &m_export, &StoryExport::askForFile);
    connect(actions.print, &QAction::triggered, &m_export, &StoryExport::askForPrinter);
}

void ProjectDialogs::saveAs() {
    app::ProjectController* const project = &m_context.project;
    askForName(tr("Save the story as"), tr("Inkgate stories (*.inkgate)"), QStringLiteral("inkgate"),
               [project](const QString& path) { project->saveAs(path); });
}

void ProjectDialogs::askForName(const QString& title, const QString& filter, const QString& suffix,
                                const Chosen& then) {
    const app::ProjectController& project = m_context.project;
    QFileDialog* const dialog = ask(title, filter, true, suffix, then);
    if (!project.isUntitled()) {
        dialog->setDirectory(QFileInfo(project.path()).absolutePath());
    }
    dialog->selectFile(project.isUntitled() ? fileNameOf(project.title()) : project.title());
    // What is typed takes the place of the name instead of going behind it.
    if (auto* const name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))) {
        name->setFocus();
        name->selectAll();
    }
}

void ProjectDialogs::fillRecent() {
    m_recent->clear();
    for (const QString& path : m_context.preferences.recentFiles()) {
        QString title = m_context.preferences.recentTitle(path);
        if (title.isEmpty()) {
            title = QFileInfo(app::readablePath(path)).completeBaseName();
        }
        // An ampersand in a title is no mnemonic.
        QAction* const action = m_recent->addAction(title.replace(u'&', QLatin1String("&&")));
        action->setToolTip(app::readablePath(path));
        connect(action, &QAction::triggered, this, [this, path] { m_context.project.open(path); });
    }
    m_recent->setToolTipsVisible(true);
    m_recent->setEnabled(!m_recent->isEmpty());
}

} // namespace ui
