// scene_note.h: what the writer notes about a scene, and where the scene is.
// Threads: values.
#pragma once

#include <QList>
#include <QString>

namespace app {

using NoteId = qint64; // within its project; counts from 1

struct SceneNote {
    NoteId id = 0;
    QString synopsis; // its first line is what the outline calls the scene
    QString text;
    bool isCollapsed = false; // in the outline

    [[nodiscard]] bool isEmpty() const { return synopsis.isEmpty() && text.isEmpty() && !isCollapsed; }
    bool operator==(const SceneNote&) const = default;
};

// A note belongs to the scene that holds its position.
struct NotePlace {
    NoteId note = 0;
    qsizetype position = 0; // in the text, in units
    // The scene has no words yet: text that comes at the position comes behind it.
    bool sticksLeft = false;
    bool isLost = false; // the scene's text is gone; `position` is where it was

    bool operator==(const NotePlace&) const = default;
};

// Notes of a project as they are stored.
struct StoredNotes {
    QList<SceneNote> notes;
    QList<NotePlace> places;

    bool operator==(const StoredNotes&) const = default;
};

// What is to be stored: notes that are new or others, notes that are gone, and the places of all.
struct NotesChanged {
    QList<SceneNote> written;
    QList<NoteId> removed;
    QList<NotePlace> places;
};

} // namespace app
