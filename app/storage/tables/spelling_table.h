// spelling_table.h: what a story says about its spelling (docs/formats/project.md, spelling_choice): tables
// of their own, the component "spelling" of schema_version. Nothing here begins a transaction.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/spelling/spelling_choice.h"
#include "app/storage/tables/schema_component.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

namespace app {

[[nodiscard]] SchemaComponent spellingTables();

[[nodiscard]] engine::Expected<SpellingChoice> readSpellingChoice(engine::Database& database);
[[nodiscard]] engine::Expected<void> replaceSpellingChoice(engine::Database& database,
                                                           const SpellingChoice& choice);

} // namespace app
