// scene_notes.h: the writer's notes about the scenes of the open story: a synopsis and a text for each, which
// stay with the scene's words (note_anchors.h). Where two scenes became one, what was noted about both is
// shown together, and becomes one note as soon as the writer changes it.
// Scenes are named by their sections of the outline.
// Threads: GUI thread only.
#pragma once

#include "app/notes/note_anchors.h"
#include "app/notes/scene_note.h"

#include <QHash>
#include <QObject>
#include <QSet>

#include <optional>

namespace app {

class Document;
class StoryOutline;

class SceneNotes : public QObject {
    Q_OBJECT

public:
    // `outline` is of the same story.
    SceneNotes(const Document& story, const StoryOutline& outline, QObject* parent = nullptr);

    // Another project; after the story was reset.
    void reset(const StoredNotes& stored);

    [[nodiscard]] QString synopsis(qsizetype section) const;
    [[nodiscard]] QString text(qsizetype section) const;
    [[nodiscard]] bool isCollapsed(qsizetype section) const;
    void setSynopsis(qsizetype section, const QString& synopsis);
    void setText(qsizetype section, const QString& text);
    void setCollapsed(qsizetype section, bool isCollapsed);

    struct Overview {
        QHash<qsizetype, QString> synopses; // by section
        QSet<qsizetype> collapsed;          // sections
    };
    [[nodiscard]] Overview overview() const;

    // Notes whose scenes are gone, oldest first.
    [[nodiscard]] QList<SceneNote> withoutScene() const;
    // Gives one of them to a scene.
    void attach(NoteId note, qsizetype section);
    void discard(NoteId note);

    [[nodiscard]] const QList<SceneNote>& all() const { return m_notes; }
    // The section of a note; nothing if its scene is gone.
    [[nodiscard]] std::optional<qsizetype> sectionOf(NoteId note) const;
    // Puts other words in the place of notes, e.g. after a replacement everywhere.
    void replace(const QList<SceneNote>& notes);

    // What is to be stored since the last time; nothing if that is nothing.
    [[nodiscard]] std::optional<NotesChanged> takeChanges();
    // All of it again, for a file that has none of it.
    void storeAll();

signals:
    void changed();     // what is noted, or which scene it belongs to
    void storeWanted(); // takeChanges() has something

private:
    [[nodiscard]] QList<qsizetype> notesOf(qsizetype section) const; // indexes, in the order of the text
    [[nodiscard]] QString joined(qsizetype section, QString SceneNote::*part) const;
    // The one note of the section, made of all that there are.
    SceneNote& noteFor(qsizetype section);
    [[nodiscard]] bool isSection(qsizetype section) const;
    [[nodiscard]] NotePlace placeIn(qsizetype section, NoteId note) const;
    void written(NoteId note);
    void dropEmpty();
    void drop(NoteId note);
    [[nodiscard]] SceneNote* find(NoteId note);

    const Document& m_story;
    const StoryOutline& m_outline;
    QList<SceneNote> m_notes; // oldest first
    NoteAnchors m_anchors;
    QList<TextEdit> m_edits; // of the step that is being told
    QList<TextEdit> m_inverses;
    QList<NoteId> m_written, m_removed; // not stored yet
    bool m_arePlacesOld = false;        // in the file
};

} // namespace app
