// state_table.h: what the model remembers of the project's text (docs/formats/project.md, kept_state).
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/generation/kept_state.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QList>

namespace app {

// The most important first.
[[nodiscard]] engine::Expected<QList<KeptState>> readKeptStates(engine::Database& database);
// In place of all that are there, of whichever model, so that they do not gather.
[[nodiscard]] engine::Expected<void> replaceKeptStates(engine::Database& database,
                                                       const QList<KeptState>& states);

} // namespace app
