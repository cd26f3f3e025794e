// writing_day_table.h: the log of days in a project (docs/formats/project.md, writing_day): a table of its
// own, the component "writing_days" of schema_version. Nothing here but createWritingDayTable() begins a
// transaction.
// Errors: those of engine/trace/sqlite.h; UnsupportedFormat if the table is newer than this program.
// Threads: as engine::Database.
#pragma once

#include "app/statistics/writing_day.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QList>

#include <string_view>

namespace app {

inline constexpr std::string_view kWritingDayComponent = "writing_days"; // in the table schema_version

[[nodiscard]] engine::Expected<void> createWritingDayTable(engine::Database& database);
[[nodiscard]] int writingDayTableVersion(); // of the table that this program makes

[[nodiscard]] engine::Expected<void> writeWritingDay(engine::Database& database, const WritingDay& day);
// Oldest first; rows that are no days are left out.
[[nodiscard]] engine::Expected<QList<WritingDay>> readWritingDays(engine::Database& database);

} // namespace app
