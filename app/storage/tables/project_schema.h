// project_schema.h: the tables of a project file (docs/formats/project.md) and their versions.
// Threads: as engine::Database.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QString>

namespace app {

inline constexpr std::int32_t kProjectApplicationId = 0x496B5072; // "IkPr"; fixed for ever

// Reads the file's first bytes only, so that a database of another program is not touched.
// Errors: FileNotFound, FileUnreadable, UnsupportedFormat (not a project).
[[nodiscard]] engine::Expected<void> checkProjectHeader(const QString& path);

inline constexpr int kIncrementalVacuum = 2; // SQLite's number for it

// SQLite's header counts the changes; with a random number in it, too, the header of one state is that of no
// other, of this file or another one that was changed as often. Who wrote over the file, and whose a record
// is, is told by it. Every change of a project begins here.
[[nodiscard]] engine::Expected<engine::Transaction> beginMarked(engine::Database& database);

// Makes or migrates the tables, the gate tables included. Errors: UnsupportedFormat if they are newer than
// this program.
[[nodiscard]] engine::Expected<void> prepareProjectTables(engine::Database& database);
// True if the tables were made by a newer Inkgate.
[[nodiscard]] engine::Expected<bool> isNewerProject(engine::Database& database);

} // namespace app
