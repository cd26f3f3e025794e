#include "app/storage/tables/runs/gate_budget_table.h"

namespace app {

namespace {

using engine::Database;
using engine::Expected;

// The oldest finished run, but for the newest of all, that has rows in this table; 0: none.
Expected<std::int64_t> oldestWith(Database& database, const char* table) {
    return database.queryInteger(
        std::string("SELECT coalesce(min(id), 0) FROM story_run WHERE is_finished AND "
                    "id < (SELECT max(id) FROM story_run) AND EXISTS (SELECT 1 FROM ") +
        table + " WHERE run = story_run.id)");
}

Expected<void> drop(Database& database, const char* table, std::int64_t run) {
    auto remove = database.prepare(std::string("DELETE FROM ") + table + " WHERE run = ?1");
    return remove ? remove->bind(1, run).run() : failure(remove.error());
}

} // namespace

Expected<int> readGateBudget(Database& database) {
    const auto isThere = database.hasTable("gate_budget");
    if (!isThere)
        return failure(isThere.error());
    if (!*isThere)
        return 0;
    const auto megabytes = database.queryInteger("SELECT coalesce(max(megabytes), 0) FROM gate_budget");
    return megabytes ? Expected<int>(static_cast<int>(*megabytes)) : failure(megabytes.error());
}

Expected<void> replaceGateBudget(Database& database, int megabytes) {
    if (auto done = database.execute("CREATE TABLE IF NOT EXISTS gate_budget("
                                     "id INTEGER PRIMARY KEY CHECK(id = 1), "
                                     "megabytes INTEGER NOT NULL CHECK(megabytes >= 0))");
        !done)
        return done;
    auto insert = database.prepare("INSERT OR REPLACE INTO gate_budget(id, megabytes) VALUES (1, ?1)");
    return insert ? insert->bind(1, megabytes).run() : failure(insert.error());
}

Expected<ProjectSizes> readGateSizes(Database& database) {
    ProjectSizes sizes;
    const auto budget = readGateBudget(database);
    const auto channels = database.queryInteger("SELECT coalesce(sum(length(codes)), 0) FROM gate_values");
    const auto summaries =
        database.queryInteger("SELECT coalesce(sum(length(layers)), 0) FROM gate_summaries");
    const auto runs = database.queryInteger("SELECT count(*) FROM gate_runs WHERE EXISTS (SELECT 1 FROM "
                                            "gate_summaries WHERE run = gate_runs.id)");
    for (const auto* const read : {&channels, &summaries, &runs})
        if (!*read)
            return failure(read->error());
    if (!budget)
        return failure(budget.error());
    sizes.channels = *channels;
    sizes.summaries = *summaries;
    sizes.runs = static_cast<int>(*runs);
    sizes.budget = *budget;
    return sizes;
}

Expected<bool> dropOldestGates(Database& database, qint64 bytes) {
    const auto sizes = readGateSizes(database);
    if (!sizes)
        return failure(sizes.error());
    if (sizes->gates() <= bytes)
        return false;
    for (const char* const table : {"gate_values", "gate_summaries"}) {
        const auto run = oldestWith(database, table);
        if (!run)
            return failure(run.error());
        if (*run == 0)
            continue;
        if (auto done = drop(database, table, *run); !done)
            return failure(done.error());
        return true;
    }
    return false;
}

} // namespace app
