// version_table.h: versions of the story in its project (docs/formats/project.md, story_version): tables of
// their own, the component "versions" of schema_version. Nothing here but createVersionTables() begins a
// transaction.
//
// A text is kept in chunks of some thousand units, cut where paragraphs end that a hash of their words
// chooses. So an edit changes the chunks around it only, and a chunk that is in many versions is stored once.
// Errors: those of engine/trace/sqlite.h; UnsupportedFormat if the tables are newer than this program.
// Threads: as engine::Database.
#pragma once

#include "app/versions/story_version.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <string_view>

namespace app {

inline constexpr std::string_view kVersionComponent = "versions"; // in the table schema_version

[[nodiscard]] engine::Expected<void> createVersionTables(engine::Database& database);
[[nodiscard]] int versionTablesVersion(); // of the tables that this program makes

// Keeps `text` and thins the automatic versions. True if there is a new one; an empty text is none.
[[nodiscard]] engine::Expected<bool> keepVersion(engine::Database& database, const SpannedText& text,
                                                 const VersionKept& kept);
[[nodiscard]] engine::Expected<void> nameVersion(engine::Database& database, const VersionNamed& named);
[[nodiscard]] engine::Expected<void> deleteVersion(engine::Database& database, const VersionDeleted& change);

[[nodiscard]] engine::Expected<VersionList> readVersions(engine::Database& database);
// What is damaged is left out. InvalidArgument if there is no such version.
[[nodiscard]] engine::Expected<VersionText> readVersion(engine::Database& database, VersionId version);

} // namespace app
