// reading_table.h: what the model reads besides the story, and what the runs read so, in a project file
// (docs/formats/project.md, reading_setting): tables of their own, the component "reading" of schema_version.
// Nothing here but createReadingTables() begins a transaction.
// Errors: those of engine/trace/sqlite.h; UnsupportedFormat if the tables are newer than this program.
// Threads: as engine::Database.
#pragma once

#include "app/reading/reading_settings.h"
#include "app/runs/run_record.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QHash>

#include <string_view>

namespace app {

inline constexpr std::string_view kReadingComponent = "reading"; // in the table schema_version

[[nodiscard]] engine::Expected<void> createReadingTables(engine::Database& database);
[[nodiscard]] int readingTablesVersion(); // of the tables that this program makes

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
