// spelling_table.h: what a story says about its spelling (docs/formats/project.md, spelling_choice): tables
// of their own, the component "spelling" of schema_version. Nothing here but createSpellingTables() begins a
// transaction.
// Errors: those of engine/trace/sqlite.h; UnsupportedFormat if the tables are newer than this program.
// Threads: as engine::Database.
#pragma once

#include "app/spelling/spelling_choice.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <string_view>

namespace app {

inline constexpr std::string_view kSpellingComponent = "spelling"; // in the table schema_version

[[nodiscard]] engine::Expected<void> createSpellingTables(engine::Database& database);
[[nodiscard]] int spellingTablesVersion(); // of the tables that this program makes

[[nodiscard]] engine::Expected<SpellingChoice> readSpellingChoice(engine::Database& database);
[[nodiscard]] engine::Expected<void> replaceSpellingChoice(engine::Database& database,
                                                           const SpellingChoice& choice);

} // namespace app
