// migrations.h: brings the tables of one component of a database from any earlier version to the present
// one.
// A file may hold several components (a project holds "project" and "gates"), so versions are not SQLite's
// single user_version but rows of the table schema_version(component TEXT PRIMARY KEY, version INTEGER).
// Version n is what the first n migrations produce. A released migration is never edited; a change is a
// new one at the end.
// Threads: as Database.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <span>
#include <string_view>

namespace engine {

struct Migration {
    std::string_view sql; // any number of statements
};

// 0 if the component has no tables here yet.
[[nodiscard]] Expected<int> schemaVersion(Database& database, std::string_view component);

// Applies what is missing, all in one transaction. Before a component that already has tables is changed, the
// database is copied to
// "<file>.v<version>.backup" beside it. Errors: UnsupportedFormat if the file's version is newer than ours
// (nothing is touched; the message says to update Inkgate), WriteFailed and the rest of sqlite.h.
[[nodiscard]] Expected<void> migrate(Database& database, std::string_view component,
                                     std::span<const Migration> migrations);

} // namespace engine
