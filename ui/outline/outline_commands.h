// outline_commands.h: changes of the story's order from the window: each is one undo step, and the cursor
// goes along with what is changed.
// Threads: GUI thread only.
#pragma once

#include "app/structure/outline_moves.h"

#include <QObject>

namespace app {
class Document;
class StoryOutline;
} // namespace app

namespace ui {

class StoryEditor;

class OutlineCommands : public QObject {
    Q_OBJECT

public:
    OutlineCommands(app::Document& story, const app::StoryOutline& outline, StoryEditor& editor,
                    QObject* parent = nullptr);

    [[nodiscard]] QList<app::OutlineRow> rows() const;
    // False: nothing to do.
    bool moveTo(qsizetype row, qsizetype target, app::RowPlace place, bool isOpen);
    bool moveUp(qsizetype row);
    bool moveDown(qsizetype row);
    bool rename(qsizetype row, const QString& title); // headings
    void splitAtCursor();
    void beginChapterAtCursor();
    void merge(qsizetype section);
    void mergeAtCursor();
    void goTo(qsizetype place); // puts the cursor there, in sight
    [[nodiscard]] qsizetype cursorPlace() const;

signals:
    // A sentence: why nothing happened.
    void refused(const QString& reason);
    // The chapter was made and may be given its name.
    void chapterBegun(qsizetype section);
    void moved(qsizetype section);

private:
    bool apply(const app::OutlineEdits& edits, const QString& reason);
    bool applyMove(const app::OutlineEdits& edits);

    app::Document& m_story;
    const app::StoryOutline& m_outline;
    StoryEditor& m_editor;
};

} // namespace ui
