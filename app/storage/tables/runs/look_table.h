// look_table.h: where the models of runs looked back, in a project file: docs/formats/project.md.
// Nothing here begins a transaction: ProjectFile decides what is written together.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/storage/project_content.h"
#include "app/storage/tables/schema_component.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

namespace app {

[[nodiscard]] SchemaComponent lookTables();

// Of a run that is not in the file nothing is written.
[[nodiscard]] engine::Expected<void> writeLooks(engine::Database& database, const RunLooked& looked);
// What is damaged is left out; nothing at all of a run without.
[[nodiscard]] engine::Expected<RunLooks> readLooks(engine::Database& database, RunId run);

} // namespace app
