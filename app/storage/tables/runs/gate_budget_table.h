// gate_budget_table.h: how much of the gates a project keeps (docs/formats/project.md, gate_budget), and what
// goes when it is more: first the channels' values of the oldest runs, then their summaries. The words of
// runs, their tokens and the newest run always stay. The table is in no schema version: a project without it
// keeps all.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/versions/project_sizes.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

namespace app {

// Megabytes; 0: all is kept.
[[nodiscard]] engine::Expected<int> readGateBudget(engine::Database& database);
[[nodiscard]] engine::Expected<void> replaceGateBudget(engine::Database& database, int megabytes);

// All but the file's size.
[[nodiscard]] engine::Expected<ProjectSizes> readGateSizes(engine::Database& database);

// What goes first while the gates take more than `bytes`; false if nothing has to, or can.
// In a transaction of the caller, so that it can work little by little.
[[nodiscard]] engine::Expected<bool> dropOldestGates(engine::Database& database, qint64 bytes);

} // namespace app
