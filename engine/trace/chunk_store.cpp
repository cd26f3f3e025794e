#include "engine/trace/chunk_store.h"

#include "engine/trace/migrations.h"

#include <array>
#include <string>
#include <utility>

namespace engine {

namespace {

// Released migrations stay as they are; docs/formats/gates.md explains the columns.
constexpr std::array kChunkMigrations{
    Migration{R"sql(
        CREATE TABLE chunk_runs(
            run INTEGER PRIMARY KEY REFERENCES gate_runs(id) ON DELETE CASCADE,
            chunk INTEGER NOT NULL CHECK(chunk >= 1),
            chunks INTEGER NOT NULL CHECK(chunks >= 1),
            blocks INTEGER NOT NULL CHECK(blocks >= 1),
            heads INTEGER NOT NULL CHECK(heads >= 1));
        CREATE TABLE chunk_choices(
            run INTEGER NOT NULL REFERENCES chunk_runs(run) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK(position >= 0),
            blocks BLOB NOT NULL,
            PRIMARY KEY(run, position)) WITHOUT ROWID;
    )sql"},
};

} // namespace

Expected<void> createChunkTables(Database& database) { return migrate(database, "chunks", kChunkMigrations); }

Expected<ChunkStoreWriter> ChunkStoreWriter::prepare(Database& database) {
    ChunkStoreWriter writer(database);
    auto insert =
        database.prepare("INSERT OR REPLACE INTO chunk_choices(run, position, blocks) VALUES (?1, ?2, ?3)");
    if (!insert)
        return failure(std::move(insert.error()));
    writer.m_insert = std::move(*insert);
    return writer;
}

Expected<void> ChunkStoreWriter::addRun(std::int64_t run, const ChunkRun& about) {
    auto insert = m_database->prepare(
        "INSERT INTO chunk_runs(run, chunk, chunks, blocks, heads) VALUES (?1, ?2, ?3, ?4, ?5)");
    if (!insert)
        return failure(std::move(insert.error()));
    insert->bind(1, run).bind(2, about.chunk).bind(3, about.chunks);
    return insert->bind(4, about.blocks).bind(5, about.heads).run();
}

Expected<void> ChunkStoreWriter::addFrames(std::int64_t run, const ChunkFrames& frames) {
    std::int64_t position = frames.first;
    for (const auto& token : frames.tokens) {
        m_insert->bind(1, run).bind(2, position++).bind(3, std::span<const std::byte>(token));
        if (auto done = m_insert->run(); !done)
            return done;
    }
    return {};
}

Expected<std::optional<ChunkRun>> readChunkRun(Database& database, std::int64_t run) {
    const auto isThere = database.hasTable("chunk_runs");
    if (!isThere)
        return failure(isThere.error());
    if (!*isThere)
        return std::nullopt;
    auto rows = database.prepare("SELECT chunk, chunks, blocks, heads FROM chunk_runs WHERE run = ?1");
    if (!rows)
        return failure(std::move(rows.error()));
    const auto found = rows->bind(1, run).step();
    if (!found)
        return failure(found.error());
    if (!*found)
        return std::nullopt;
    const auto number = [&](int column) { return static_cast<int>(rows->integer(column)); };
    return ChunkRun{number(0), number(1), number(2), number(3)};
}

Expected<StoredChoices> readChunkChoices(Database& database, std::int64_t run) {
    auto rows =
        database.prepare("SELECT position, blocks FROM chunk_choices WHERE run = ?1 ORDER BY position");
    if (!rows)
        return failure(std::move(rows.error()));
    StoredChoices stored;
    auto more = rows->bind(1, run).step();
    for (; more && *more; more = rows->step()) {
        auto blocks = unpackChoices(rows->blob(1));
        if (!blocks)
            return failure(ErrorCode::FileDamaged,
                           database.path().string() + ": what token " + std::to_string(rows->integer(0)) +
                               " of run " + std::to_string(run) +
                               " looked back at cannot be read; record the trace again");
        stored.positions.push_back(rows->integer(0));
        stored.tokens.push_back(std::move(*blocks));
    }
    if (!more)
        return failure(std::move(more.error()));
    return stored;
}

} // namespace engine
