#include "app/storage/tables/look_table.h"

#include "app/document/packed_bytes.h"
#include "app/storage/columns/sql_text.h"

#include <QDataStream>
#include <QIODevice>

#include <array>

namespace app {

namespace {

using engine::Expected;

constexpr qsizetype kMostTokens = 1'000'000; // of a run; a number beyond is damage

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

// Nothing if they are damaged.
QList<QByteArray> unpackRow(const QByteArray& packed) {
    const QByteArray bytes = unpackBytes(packed).value_or(QByteArray());
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_0);
    QList<QByteArray> tokens;
    while (!stream.atEnd()) {
        QByteArray one;
        stream >> one;
        if (stream.status() != QDataStream::Ok)
            return {};
        tokens.append(one);
    }
    return tokens;
}

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
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_0);
    for (const QByteArray& one : looked.tokens)
        stream << one;
    auto insert = database.prepare("INSERT OR REPLACE INTO run_looks(run, first, packed) "
                                   "SELECT id, ?2, ?3 FROM story_run WHERE id = ?1");
    if (!insert)
        return failure(insert.error());
    const QByteArray packed = qCompress(bytes);
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
    auto more = rows->bind(1, run).step();
    for (; more && *more; more = rows->step()) {
        const qsizetype first = rows->integer(0);
        if (first < looks.tokens.size() || first > kMostTokens)
            continue;
        looks.tokens.resize(first);
        looks.tokens += unpackRow(blobColumn(*rows, 1));
    }
    if (!more)
        return failure(more.error());
    return looks;
}

} // namespace app
