#include "app/storage/notebook/writing_day_table.h"

#include "app/storage/columns/sql_text.h"

#include <algorithm>
#include <array>
#include <limits>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE writing_day(
            day TEXT PRIMARY KEY,
            typed INTEGER NOT NULL,
            model INTEGER NOT NULL,
            pasted INTEGER NOT NULL,
            cut INTEGER NOT NULL,
            seconds INTEGER NOT NULL) WITHOUT ROWID;
    )sql"},
};

int count(const engine::Statement& row, int column) {
    return static_cast<int>(
        std::clamp<std::int64_t>(row.integer(column), 0, std::numeric_limits<int>::max() / 2));
}

} // namespace

SchemaComponent writingDayTable() { return {"writing_days", kMigrations}; }

Expected<void> writeWritingDay(Database& database, const WritingDay& day) {
    auto insert =
        database.prepare("INSERT OR REPLACE INTO writing_day(day, typed, model, pasted, cut, seconds) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (!insert)
        return failure(insert.error());
    const std::string name = utf8(day.day.toString(Qt::ISODate));
    insert->bind(1, name).bind(2, day.typed).bind(3, day.model);
    return insert->bind(4, day.pasted).bind(5, day.cut).bind(6, day.seconds).run();
}

Expected<QList<WritingDay>> readWritingDays(Database& database) {
    auto query =
        database.prepare("SELECT day, typed, model, pasted, cut, seconds FROM writing_day ORDER BY day");
    if (!query)
        return failure(query.error());
    QList<WritingDay> days;
    auto more = query->step();
    for (; more && *more; more = query->step()) {
        const QDate day = QDate::fromString(textColumn(*query, 0), Qt::ISODate);
        if (day.isValid() && (days.isEmpty() || days.last().day < day))
            days.append({day, count(*query, 1), count(*query, 2), count(*query, 3), count(*query, 4),
                         count(*query, 5)});
    }
    return more ? Expected<QList<WritingDay>>(std::move(days)) : failure(more.error());
}

} // namespace app
