// note_table.h: notes of scenes in their project (docs/formats/project.md, scene_note): tables of their own,
// the component "notes" of schema_version. Nothing here begins a transaction.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/notes/scene_note.h"
#include "app/storage/tables/schema_component.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

namespace app {

[[nodiscard]] SchemaComponent noteTables();

[[nodiscard]] engine::Expected<void> writeNotes(engine::Database& database, const NotesChanged& changes);
[[nodiscard]] engine::Expected<StoredNotes> readNotes(engine::Database& database);

} // namespace app
