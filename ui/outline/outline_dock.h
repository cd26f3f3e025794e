// outline_dock.h: the panel of the story's structure: the tree of chapters and scenes, and below it what the
// writer notes about the one that is chosen or that the cursor is in.
// Threads: GUI thread only.
#pragma once

#include <QDockWidget>

class QLabel;

namespace app {
class Document;
class SceneNotes;
class StoryOutline;
} // namespace app

namespace ui {

class OutlineCommands;
class OutlineTree;
class ScenePanel;
class StoryEditor;

class OutlineDock : public QDockWidget {
    Q_OBJECT

public:
    OutlineDock(app::Document& story, const app::StoryOutline& outline, app::SceneNotes& notes,
                StoryEditor& editor, QWidget* parent = nullptr);

    [[nodiscard]] OutlineTree& tree() { return *m_tree; }
    [[nodiscard]] ScenePanel& scene() { return *m_scene; }
    [[nodiscard]] OutlineCommands& commands() { return *m_commands; }
    // Opens the panel with the notes of a scene.
    void showNotes(qsizetype section);

private:
    QWidget* buildContent();
    void showScene(qsizetype section);

    OutlineCommands* m_commands;
    OutlineTree* m_tree;
    ScenePanel* m_scene;
    QLabel* m_empty = nullptr;
};

} // namespace ui
