#include "app/storage/tables/runs/choice_table.h"

#include "app/storage/columns/sql_text.h"
#include "app/storage/columns/token_rows.h"

#include <array>

namespace app {

namespace {

using engine::Expected;

constexpr qsizetype kRowTokens = 64; // of a run that is written as a whole: damage costs no more than these

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE token_choices(
            run INTEGER NOT NULL REFERENCES story_run(id) ON DELETE CASCADE,
            first INTEGER NOT NULL CHECK(first >= 0),
            packed BLOB NOT NULL,
            PRIMARY KEY(run, first)) WITHOUT ROWID;
    )sql"},
};

} // namespace

SchemaComponent choiceTables() { return {"choices", kMigrations}; }

Expected<void> writeChoices(engine::Database& database, RunId run, qsizetype first,
                            const QList<QByteArray>& choices) {
    auto insert =
        database.prepare("INSERT OR REPLACE INTO token_choices(run, first, packed) VALUES (?1, ?2, ?3)");
    if (!insert)
        return failure(insert.error());
    const QByteArray packed = packTokenRow(choices);
    return insert->bind(1, run).bind(2, first).bind(3, blobOf(packed)).run();
}

Expected<void> replaceChoices(engine::Database& database, RunId run, const QList<QByteArray>& choices) {
    auto forget = database.prepare("DELETE FROM token_choices WHERE run = ?1");
    if (!forget)
        return failure(forget.error());
    if (auto done = forget->bind(1, run).run(); !done)
        return done;
    for (qsizetype first = 0; first < choices.size(); first += kRowTokens)
        if (auto done = writeChoices(database, run, first, choices.mid(first, kRowTokens)); !done)
            return done;
    return {};
}

Expected<QList<QByteArray>> readChoices(engine::Database& database, RunId run) {
    auto rows = database.prepare("SELECT first, packed FROM token_choices WHERE run = ?1 ORDER BY first");
    if (!rows)
        return failure(rows.error());
    return readTokenRows(rows->bind(1, run));
}

} // namespace app
