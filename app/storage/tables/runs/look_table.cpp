#include "app/storage/tables/runs/look_table.h"

#include "app/document/packed_bytes.h"
#include "app/storage/columns/sql_text.h"
#include "app/storage/columns/token_rows.h"

#include <array>
#include <utility>

namespace app {

namespace {

using engine::Expected;

// Released migrations stay as they are; docs/formats/project.md explains the columns.
constexpr std::array kMigrations{
    engine::Migration{R"sql(
        CREATE TABLE run_chunks(
            run INTEGER PRIMARY KEY REFERENCES story_run(id) ON DELETE CASCADE,
            packed BLOB NOT NULL);
        CREATE TABLE run_looks(
            run INTEGER NOT NULL REFERENCES story_run(id) ON DELETE CASCADE,
            first INTEGER NOT NULL CHECK(first >= 0),
            packed BLOB NOT NULL,
            PRIMARY KEY(run, first)) WITHOUT ROWID;
    )sql"},
};

} // namespace

SchemaComponent lookTables() { return {"looks", kMigrations}; }

Expected<void> writeLooks(engine::Database& database, const RunLooked& looked) {
    if (!looked.read.isEmpty()) {
        auto insert = database.prepare("INSERT OR REPLACE INTO run_chunks(run, packed) "
                                       "SELECT id, ?2 FROM story_run WHERE id = ?1");
        if (!insert)
            return failure(insert.error());
        const QByteArray packed = qCompress(packReadChunks(looked.read));
        if (auto done = insert->bind(1, looked.run).bind(2, blobOf(packed)).run(); !done)
            return done;
    }
    if (looked.tokens.isEmpty())
        return {};
    auto insert = database.prepare("INSERT OR REPLACE INTO run_looks(run, first, packed) "
                                   "SELECT id, ?2, ?3 FROM story_run WHERE id = ?1");
    if (!insert)
        return failure(insert.error());
    const QByteArray packed = packTokenRow(looked.tokens);
    return insert->bind(1, looked.run).bind(2, looked.first).bind(3, blobOf(packed)).run();
}

Expected<RunLooks> readLooks(engine::Database& database, RunId run) {
    RunLooks looks;
    auto chunks = database.prepare("SELECT packed FROM run_chunks WHERE run = ?1");
    if (!chunks)
        return failure(chunks.error());
    const auto found = chunks->bind(1, run).step();
    if (!found)
        return failure(found.error());
    if (*found)
        looks.read = unpackReadChunks(unpackBytes(blobColumn(*chunks, 0)).value_or(QByteArray()))
                         .value_or(ReadChunks());
    auto rows = database.prepare("SELECT first, packed FROM run_looks WHERE run = ?1 ORDER BY first");
    if (!rows)
        return failure(rows.error());
    auto tokens = readTokenRows(rows->bind(1, run));
    if (!tokens)
        return failure(tokens.error());
    looks.tokens = std::move(*tokens);
    return looks;
}

} // namespace app
