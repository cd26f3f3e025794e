// version_table.h: versions of the story in its project (docs/formats/project.md, story_version): tables of
// their own, the component "versions" of schema_version. Nothing here begins a transaction.
//
// A text is kept in chunks of some thousand units, cut where paragraphs end that a hash of their words
// chooses. So an edit changes the chunks around it only, and a chunk that is in many versions is stored once.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/storage/tables/schema_component.h"
#include "app/versions/story_version.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

namespace app {

[[nodiscard]] SchemaComponent versionTables();

// Keeps `text` and thins the automatic versions. True if there is a new one; an empty text is none.
[[nodiscard]] engine::Expected<bool> keepVersion(engine::Database& database, const SpannedText& text,
                                                 const VersionKept& kept);
[[nodiscard]] engine::Expected<void> nameVersion(engine::Database& database, const VersionNamed& named);
[[nodiscard]] engine::Expected<void> deleteVersion(engine::Database& database, const VersionDeleted& change);

[[nodiscard]] engine::Expected<VersionList> readVersions(engine::Database& database);
// What is damaged is left out. InvalidArgument if there is no such version.
[[nodiscard]] engine::Expected<VersionText> readVersion(engine::Database& database, VersionId version);

} // namespace app
