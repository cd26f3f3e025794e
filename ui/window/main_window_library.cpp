// The model library and what follows from it: a model that has come is chosen, one that is removed is let go.
#include "ui/window/main_window.h"

#include "app/library/library_folder.h"
#include "app/library/model_library.h"
#include "app/models/model_catalog.h"
#include "app/writing/story_writer.h"
#include "ui/library/library_dialog.h"
#include "ui/sidebar/model_panel.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QFileInfo>

namespace ui {

void MainWindow::connectLibrary() {
    app::ModelLibrary* const library = &m_context.library;
    ModelPanel* const panel = &m_sidebar->modelPanel();
    connect(m_actions->getModels, &QAction::triggered, m_library, &LibraryDialog::open);
    connect(panel, &ModelPanel::getRequested, m_library, &LibraryDialog::open);
    connect(m_actions->addModel, &QAction::triggered, panel, &ModelPanel::addRequested);
    connect(m_library, &LibraryDialog::modelWanted, &m_context.models, &app::ModelCatalog::add);
    // A model that has come is chosen, as one that is added is.
    connect(library, &app::ModelLibrary::ready, this, [this](const QString& path) {
        m_context.models.add(path);
        m_status->say(
            tr("%1 is here; the next continuation uses it").arg(QFileInfo(path).completeBaseName()));
    });
    connect(library, &app::ModelLibrary::removed, this, [this, library, panel](const QString& name) {
        panel->drop(app::pathOfModel(library->folder(), name));
        m_status->say(tr("%1 is deleted").arg(name));
    });
    connect(library, &app::ModelLibrary::changed, this, [this](const app::DownloadStatus& status) {
        if (status.state != app::DownloadState::Failed || m_library->isVisible())
            return; // it says so itself
        m_messages->show(MessageBar::Kind::Problem, status.note, status.name,
                         {tr("&Show models"), [this, name = status.name] {
                              m_library->open();
                              m_library->select(name);
                          }});
    });
}

} // namespace ui
