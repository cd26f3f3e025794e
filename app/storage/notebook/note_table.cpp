#include "app/storage/notebook/note_table.h"

#include "app/storage/columns/sql_text.h"

#include <array>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE scene_note(
            id INTEGER PRIMARY KEY,
            synopsis TEXT NOT NULL,
            note TEXT NOT NULL,
            is_collapsed INTEGER NOT NULL);
        CREATE TABLE scene_note_place(
            note INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            sticks_left INTEGER NOT NULL,
            is_lost INTEGER NOT NULL);
    )sql"},
};

Expected<void> writeNote(Database& database, const SceneNote& note) {
    auto insert = database.prepare(
        "INSERT OR REPLACE INTO scene_note(id, synopsis, note, is_collapsed) VALUES (?1, ?2, ?3, ?4)");
    if (!insert)
        return failure(insert.error());
    const std::string synopsis = utf8(note.synopsis), text = utf8(note.text);
    return insert->bind(1, note.id).bind(2, synopsis).bind(3, text).bind(4, note.isCollapsed ? 1 : 0).run();
}

Expected<void> removeNote(Database& database, NoteId note) {
    auto remove = database.prepare("DELETE FROM scene_note WHERE id = ?1");
    return remove ? remove->bind(1, note).run() : failure(remove.error());
}

Expected<void> replacePlaces(Database& database, const QList<NotePlace>& places) {
    if (auto done = database.execute("DELETE FROM scene_note_place"); !done)
        return failure(done.error());
    auto insert =
        database.prepare("INSERT OR REPLACE INTO scene_note_place(note, position, sticks_left, is_lost) "
                         "VALUES (?1, ?2, ?3, ?4)");
    if (!insert)
        return failure(insert.error());
    for (const NotePlace& place : places) {
        insert->bind(1, place.note).bind(2, static_cast<std::int64_t>(place.position));
        insert->bind(3, place.sticksLeft ? 1 : 0).bind(4, place.isLost ? 1 : 0);
        if (auto done = insert->run(); !done)
            return done;
    }
    return {};
}

} // namespace

SchemaComponent noteTables() { return {"notes", kMigrations}; }

Expected<void> writeNotes(Database& database, const NotesChanged& changes) {
    for (const NoteId note : changes.removed)
        if (auto done = removeNote(database, note); !done)
            return done;
    for (const SceneNote& note : changes.written)
        if (auto done = writeNote(database, note); !done)
            return done;
    return replacePlaces(database, changes.places);
}

Expected<StoredNotes> readNotes(Database& database) {
    StoredNotes stored;
    auto notes = database.prepare("SELECT id, synopsis, note, is_collapsed FROM scene_note ORDER BY id");
    if (!notes)
        return failure(notes.error());
    auto more = notes->step();
    for (; more && *more; more = notes->step())
        if (notes->integer(0) > 0)
            stored.notes.append(
                {notes->integer(0), textColumn(*notes, 1), textColumn(*notes, 2), notes->integer(3) != 0});
    if (!more)
        return failure(more.error());
    auto places =
        database.prepare("SELECT note, position, sticks_left, is_lost FROM scene_note_place ORDER BY note");
    if (!places)
        return failure(places.error());
    more = places->step();
    for (; more && *more; more = places->step())
        stored.places.append({places->integer(0), static_cast<qsizetype>(places->integer(1)),
                              places->integer(2) != 0, places->integer(3) != 0});
    return more ? Expected<StoredNotes>(std::move(stored)) : failure(more.error());
}

} // namespace app
