// chunk_store.h: which chunks the sparse blocks of an RWKV-X model chose, beside the gates in a trace file.
// The tables are described in docs/formats/gates.md; a run has the id of its row in gate_runs.
// Errors:  those of sqlite.h; FileDamaged for bytes that are no choices.
// Threads: as Database, which must outlive the objects here and must not be moved meanwhile.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/chunk_frame.h"
#include "engine/trace/sqlite.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace engine {

struct ChunkRun {
    int chunk = 0;  // B, tokens
    int chunks = 0; // k
    int blocks = 0; // M
    int heads = 0;  // H

    bool operator==(const ChunkRun&) const = default;
};

// Makes the tables in an open trace file. Errors: UnsupportedFormat if they are newer than this program.
[[nodiscard]] Expected<void> createChunkTables(Database& database);

class ChunkStoreWriter {
public:
    [[nodiscard]] static Expected<ChunkStoreWriter> prepare(Database& database);

    [[nodiscard]] Expected<void> addRun(std::int64_t run, const ChunkRun& about);
    // Tokens at positions that are there already replace them.
    [[nodiscard]] Expected<void> addFrames(std::int64_t run, const ChunkFrames& frames);

private:
    explicit ChunkStoreWriter(Database& database)
        : m_database(&database) {}

    Database* m_database;
    std::optional<Statement> m_insert;
};

// Of the tokens of a run that have them, in order.
struct StoredChoices {
    std::vector<std::int64_t> positions;
    std::vector<std::vector<BlockChoices>> tokens; // each: by block
};

// Nothing if the run has none, or the file has no such tables.
[[nodiscard]] Expected<std::optional<ChunkRun>> readChunkRun(Database& database, std::int64_t run);
[[nodiscard]] Expected<StoredChoices> readChunkChoices(Database& database, std::int64_t run);

} // namespace engine
