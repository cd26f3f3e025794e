#include "app/storage/tables/state_table.h"

#include "app/storage/columns/sql_text.h"

namespace app {

engine::Expected<QList<KeptState>> readKeptStates(engine::Database& database) {
    auto query = database.prepare("SELECT model, prefix, state FROM kept_state ORDER BY rank");
    if (!query)
        return failure(query.error());
    QList<KeptState> states;
    for (;;) {
        const auto row = query->step();
        if (!row)
            return failure(row.error());
        if (!*row)
            return states;
        states.append({textColumn(*query, 0), blobColumn(*query, 1), blobColumn(*query, 2)});
    }
}

engine::Expected<void> replaceKeptStates(engine::Database& database, const QList<KeptState>& states) {
    if (auto done = database.execute("DELETE FROM kept_state"); !done)
        return done;
    auto insert = database.prepare("INSERT INTO kept_state(rank, model, prefix, state) VALUES (?, ?, ?, ?)");
    if (!insert)
        return failure(insert.error());
    for (qsizetype i = 0; i < states.size(); ++i) {
        const KeptState& kept = states[i];
        insert->bind(1, static_cast<std::int64_t>(i))
            .bind(2, utf8(kept.model))
            .bind(3, blobOf(kept.prefix))
            .bind(4, blobOf(kept.state));
        if (auto done = insert->run(); !done)
            return done;
    }
    return {};
}

} // namespace app
