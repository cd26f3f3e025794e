// writing_day_table.h: the log of days in a project (docs/formats/project.md, writing_day): a table of its
// own, the component "writing_days" of schema_version. Nothing here begins a transaction.
// Errors: those of engine/trace/sqlite.h.
// Threads: as engine::Database.
#pragma once

#include "app/statistics/writing_day.h"
#include "app/storage/tables/schema_component.h"
#include "engine/core/error.h"
#include "engine/trace/sqlite.h"

#include <QList>

namespace app {

[[nodiscard]] SchemaComponent writingDayTable();

[[nodiscard]] engine::Expected<void> writeWritingDay(engine::Database& database, const WritingDay& day);
// Oldest first; rows that are no days are left out.
[[nodiscard]] engine::Expected<QList<WritingDay>> readWritingDays(engine::Database& database);

} // namespace app
