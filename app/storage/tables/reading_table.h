// reading_table.h: what the model reads besides the story, and what the runs read so, in a project file
// (docs/formats/project.md, reading_setting): tables of their own, the component "reading" of schema_version.
// Nothing here begins a transaction.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/reading/reading_settings.h"
#include "app/runs/run_record.h"
#include "app/storage/tables/schema_component.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QHash>

namespace app {

[[nodiscard]] SchemaComponent readingTables();

// Numbers out of their bounds are put within them.
[[nodiscard]] engine::Expected<ReadingSettings> readReading(engine::Database& database);
// Writes what differs from `before`, which is there.
[[nodiscard]] engine::Expected<void> writeReading(engine::Database& database, const ReadingSettings& before,
                                                  const ReadingSettings& settings);

// Of what parts a run's prompt was made, if of more than the story. The run is there.
[[nodiscard]] engine::Expected<void> writeRunReading(engine::Database& database, const RunRecord& run);
struct RunReading {
    qsizetype place = 0;
    QList<PromptPart> parts;
};
[[nodiscard]] engine::Expected<QHash<RunId, RunReading>> readRunReadings(engine::Database& database);

} // namespace app
