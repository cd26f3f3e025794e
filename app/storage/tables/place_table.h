// place_table.h: where the writer was in the project's text (docs/formats/project.md, editing_place). Can be
// done without: it is in no schema version, and a project that has none opens at its end.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/document/editing_place.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <optional>

namespace app {

[[nodiscard]] engine::Expected<std::optional<EditingPlace>> readEditingPlace(engine::Database& database);
[[nodiscard]] engine::Expected<void> replaceEditingPlace(engine::Database& database,
                                                         const EditingPlace& place);

} // namespace app
