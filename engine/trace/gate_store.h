// gate_store.h: runs, their tokens and their gates in an SQLite database: a trace file of its own
// (`inkgate-cli generate --trace`) or a project. The tables are described in docs/formats/gates.md.
// Nothing here begins a transaction except createGateTables() and openGateTrace(): the caller decides what
// is written together, and writing without one is slow.
// Errors:  those of sqlite.h; FileDamaged for stored gates that do not have the sizes their run says.
// Threads: as Database, which must outlive the objects here and must not be moved meanwhile.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/gate_frame.h"
#include "engine/trace/sqlite.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

inline constexpr std::int32_t kGateTraceApplicationId = 0x496B4774; // "IkGt"; fixed for ever
inline constexpr std::string_view kGateComponent = "gates";         // in the table schema_version
inline constexpr int kGateTokensPerBlock = 64;                      // of full values; fixed for ever

struct GateRun {
    std::int64_t id = 0;     // 0 when adding: the database chooses
    std::string created;     // ISO 8601, UTC, "2025-11-20T23:15:00Z"
    std::string model;       // for people: "tales"
    std::string fingerprint; // Model::fingerprint()
    std::string enhancement; // JSON of the metadata key inkgate.enhancement
    int layers = 0;
    int width = 0;
    std::string settings = "{}"; // JSON, the writer's own: sampler, seed, ...

    bool operator==(const GateRun&) const = default;
};

struct TraceToken {
    enum class Origin { Prompt = 0, Generated = 1 };

    std::int64_t position = 0; // in the sequence the model read, from 0
    int token = 0;
    std::string bytes; // what it stands for; possibly part of a character
    Origin origin = Origin::Prompt;
    std::optional<float> probability; // with which it was drawn

    bool operator==(const TraceToken&) const = default;
};

// Summaries of the tokens of a range that have them, in order.
struct GateSummaryRows {
    int layers = 0;
    std::vector<std::int64_t> positions;
    std::vector<std::byte> summaries; // [positions, layers, kPackedSummaryBytes]
};

// One layer's full values, of the tokens of a range that have them, in order.
struct GateChannelRows {
    int width = 0;
    std::vector<std::int64_t> positions;
    std::vector<std::uint8_t> codes; // [positions, width]
};

// Makes or migrates the tables in an open database. Errors: UnsupportedFormat if they are newer than this
// program.
[[nodiscard]] Expected<void> createGateTables(Database& database);
// Of the tables that this program makes.
[[nodiscard]] int gateTablesVersion();

// A trace file. ReadOnly leaves it as it is. Errors: UnsupportedFormat for a database of another program or a
// newer Inkgate.
[[nodiscard]] Expected<Database> openGateTrace(const std::filesystem::path& path, Database::Mode mode);

// After an error, or when the caller's transaction was undone, its picture of what is written no longer
// holds: make a new one.
class GateStoreWriter {
public:
    [[nodiscard]] static Expected<GateStoreWriter> prepare(Database& database);

    [[nodiscard]] Expected<std::int64_t> addRun(const GateRun& run); // its id
    // A token at a position that is there already replaces it.
    [[nodiscard]] Expected<void> addToken(std::int64_t run, const TraceToken& token);
    // Summaries are written at once; codes wait for a full block of 64 tokens or flush().
    [[nodiscard]] Expected<void> addRows(std::int64_t run, const GateRows& rows);
    // Writes the blocks that are not full yet; they are replaced when they have grown. Call before
    // committing.
    [[nodiscard]] Expected<void> flush();

private:
    struct Block { // the codes that wait
        std::int64_t run = 0;
        std::int64_t first = 0;
        int tokens = 0;
        int layers = 0;
        int width = 0;
        bool isWritten = true;
        std::vector<std::uint8_t> codes; // [layers, tokens per block, width]
    };
    explicit GateStoreWriter(Database& database)
        : m_database(&database) {}
    [[nodiscard]] Expected<void> addCodes(std::int64_t run, const GateRows& rows, int token);

    Database* m_database;
    std::optional<Statement> m_insertRun, m_insertToken, m_insertSummary, m_insertValues;
    Block m_block;
    std::vector<std::byte> m_bytes; // scratch: a compressed block
};

class GateStoreReader {
public:
    explicit GateStoreReader(Database& database)
        : m_database(&database) {}

    [[nodiscard]] Expected<std::vector<GateRun>> runs();
    [[nodiscard]] Expected<GateRun> run(std::int64_t id); // InvalidArgument if there is none
    // Positions first .. first + count - 1.
    [[nodiscard]] Expected<std::vector<TraceToken>> tokens(std::int64_t run, std::int64_t first,
                                                           std::int64_t count);
    [[nodiscard]] Expected<GateSummaryRows> summaries(std::int64_t run, std::int64_t first,
                                                      std::int64_t count);
    [[nodiscard]] Expected<GateChannelRows> channels(std::int64_t run, int layer, std::int64_t first,
                                                     std::int64_t count);

private:
    Database* m_database;
};

} // namespace engine
