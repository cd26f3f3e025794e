#include "app/storage/tables/place_table.h"

namespace app {

engine::Expected<std::optional<EditingPlace>> readEditingPlace(engine::Database& database) {
    const auto tables = database.queryInteger(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'editing_place'");
    if (!tables)
        return failure(tables.error());
    if (*tables == 0)
        return std::nullopt;
    auto query = database.prepare("SELECT cursor, top FROM editing_place");
    if (!query)
        return failure(query.error());
    const auto row = query->step();
    if (!row)
        return failure(row.error());
    if (!*row)
        return std::nullopt;
    return EditingPlace{static_cast<qsizetype>(query->integer(0)), static_cast<qsizetype>(query->integer(1))};
}

engine::Expected<void> replaceEditingPlace(engine::Database& database, const EditingPlace& place) {
    if (auto done = database.execute("CREATE TABLE IF NOT EXISTS editing_place("
                                     "id INTEGER PRIMARY KEY CHECK(id = 1), "
                                     "cursor INTEGER NOT NULL, "
                                     "top INTEGER NOT NULL)");
        !done)
        return done;
    auto insert = database.prepare("INSERT OR REPLACE INTO editing_place(id, cursor, top) VALUES (1, ?, ?)");
    if (!insert)
        return failure(insert.error());
    insert->bind(1, static_cast<std::int64_t>(place.cursor)).bind(2, static_cast<std::int64_t>(place.top));
    return insert->run();
}

} // namespace app
