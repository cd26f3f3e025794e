// note_table.h: notes of scenes in their project (docs/formats/project.md, scene_note): tables of their own,
// the component "notes" of schema_version. Nothing here but createNoteTables() begins a transaction.
// Errors: those of engine/trace/sqlite.h; UnsupportedFormat if the tables are newer than this program.
// Threads: as engine::Database.
#pragma once

#include "app/notes/scene_note.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <string_view>

namespace app {

inline constexpr std::string_view kNoteComponent = "notes"; // in the table schema_version

[[nodiscard]] engine::Expected<void> createNoteTables(engine::Database& database);
[[nodiscard]] int noteTablesVersion(); // of the tables that this program makes

[[nodiscard]] engine::Expected<void> writeNotes(engine::Database& database, const NotesChanged& changes);
[[nodiscard]] engine::Expected<StoredNotes> readNotes(engine::Database& database);

} // namespace app
