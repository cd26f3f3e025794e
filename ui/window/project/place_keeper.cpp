#include "ui/window/project/place_keeper.h"

#include "app/project/project_controller.h"
#include "ui/editor/story_editor.h"

#include <QCoreApplication>

namespace ui {

namespace {

constexpr int kRestMs = 500;

} // namespace

PlaceKeeper::PlaceKeeper(StoryEditor& editor, app::ProjectController& project, QObject* parent)
    : QObject(parent)
    , m_editor(editor)
    , m_project(project) {
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, &PlaceKeeper::keep);
    connect(&editor, &StoryEditor::editingPlaceChanged, &m_rest, qOverload<>(&QTimer::start));
    connect(&project, &app::ProjectController::aboutToClose, this, &PlaceKeeper::keep);
    connect(QCoreApplication::instance(), &QCoreApplication::aboutToQuit, this, &PlaceKeeper::keep);
    connect(&project, &app::ProjectController::opened, this, [this] {
        if (const auto place = m_project.takeEditingPlace()) {
            m_editor.setEditingPlace(*place);
            // Once more when the window has its size: at the start it is not shown yet.
            QTimer::singleShot(0, this, [this, place] { m_editor.setEditingPlace(*place); });
        }
    });
}

void PlaceKeeper::keep() {
    m_rest.stop();
    if (m_project.isOpen()) {
        m_project.keepEditingPlace(m_editor.editingPlace());
    }
}

} // namespace ui
