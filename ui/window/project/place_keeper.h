// place_keeper.h: the story opens where it was left: keeps cursor and scroll position in the project, and
// takes the page there.
// Threads: GUI thread only.
#pragma once

#include <QObject>
#include <QTimer>

namespace app {
class ProjectController;
}

namespace ui {

class StoryEditor;

class PlaceKeeper : public QObject {
    Q_OBJECT

public:
    PlaceKeeper(StoryEditor& editor, app::ProjectController& project, QObject* parent = nullptr);

private:
    void keep();

    StoryEditor& m_editor;
    app::ProjectController& m_project;
    QTimer m_rest; // of the writer's scrolling and writing
};

} // namespace ui
