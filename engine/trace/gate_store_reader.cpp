#include "engine/trace/gate_packing.h"
#include "engine/trace/gate_store.h"

#include <algorithm>
#include <limits>

namespace engine {

namespace {

std::int64_t endOf(std::int64_t first, std::int64_t count) {
    const std::int64_t room = std::numeric_limits<std::int64_t>::max() - std::max<std::int64_t>(first, 0);
    return first + std::clamp<std::int64_t>(count, 0, room);
}

// The schema's own checks can be missing in a hostile file, so sizes are checked again before anything is
// allocated by them.
Expected<GateRun> runOfRow(const Statement& row, const Database& database) {
    GateRun run{.id = row.integer(0),
                .created = std::string(row.text(1)),
                .model = std::string(row.text(2)),
                .fingerprint = std::string(row.text(3)),
                .enhancement = std::string(row.text(4)),
                .settings = std::string(row.text(7))};
    const std::int64_t layers = row.integer(5), width = row.integer(6);
    if (layers < 1 || layers > 65536 || width < 1 || width > 1'048'576)
        return failure(ErrorCode::FileDamaged, database.path().string() + ": run " + std::to_string(run.id) +
                                                   " claims " + std::to_string(layers) + " layers of width " +
                                                   std::to_string(width));
    run.layers = static_cast<int>(layers);
    run.width = static_cast<int>(width);
    return run;
}

// Beyond this the position of a block's last token would not be a number any more.
constexpr std::int64_t kLastBlock = std::numeric_limits<std::int64_t>::max() - kGateTokensPerBlock;

constexpr std::string_view kRunColumns =
    "SELECT id, created, model, fingerprint, enhancement, layers, width, settings FROM gate_runs ";

} // namespace

Expected<std::vector<GateRun>> GateStoreReader::runs() {
    auto query = m_database->prepare(std::string(kRunColumns) + "ORDER BY id");
    if (!query)
        return failure(std::move(query.error()));
    std::vector<GateRun> runs;
    auto row = query->step();
    for (; row && *row; row = query->step()) {
        auto run = runOfRow(*query, *m_database);
        if (!run)
            return failure(std::move(run.error()));
        runs.push_back(std::move(*run));
    }
    if (!row)
        return failure(std::move(row.error()));
    return runs;
}

Expected<GateRun> GateStoreReader::run(std::int64_t id) {
    auto query = m_database->prepare(std::string(kRunColumns) + "WHERE id = ?1");
    if (!query)
        return failure(std::move(query.error()));
    const auto row = query->bind(1, id).step();
    if (!row)
        return failure(row.error());
    if (!*row)
        return failure(ErrorCode::InvalidArgument,
                       m_database->path().string() + ": there is no run " + std::to_string(id));
    return runOfRow(*query, *m_database);
}

Expected<std::vector<TraceToken>> GateStoreReader::tokens(std::int64_t run, std::int64_t first,
                                                          std::int64_t count) {
    auto query = m_database->prepare("SELECT position, token, bytes, origin, probability FROM gate_tokens "
                                     "WHERE run = ?1 AND position >= ?2 AND position < ?3 ORDER BY position");
    if (!query)
        return failure(std::move(query.error()));
    query->bind(1, run).bind(2, first).bind(3, endOf(first, count));
    std::vector<TraceToken> tokens;
    auto row = query->step();
    for (; row && *row; row = query->step()) {
        const auto bytes = query->blob(2);
        TraceToken token{.position = query->integer(0),
                         .token = static_cast<int>(query->integer(1)),
                         .bytes = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                         .origin = query->integer(3) == 0 ? TraceToken::Origin::Prompt
                                                          : TraceToken::Origin::Generated,
                         .probability = std::nullopt};
        if (!query->isNull(4))
            token.probability = static_cast<float>(query->real(4));
        tokens.push_back(std::move(token));
    }
    if (!row)
        return failure(std::move(row.error()));
    return tokens;
}

Expected<GateSummaryRows> GateStoreReader::summaries(std::int64_t run, std::int64_t first,
                                                     std::int64_t count) {
    const auto about = this->run(run);
    if (!about)
        return failure(about.error());
    auto query = m_database->prepare("SELECT position, layers FROM gate_summaries "
                                     "WHERE run = ?1 AND position >= ?2 AND position < ?3 ORDER BY position");
    if (!query)
        return failure(std::move(query.error()));
    query->bind(1, run).bind(2, first).bind(3, endOf(first, count));
    GateSummaryRows rows{.layers = about->layers, .positions = {}, .summaries = {}};
    const auto layers = static_cast<std::size_t>(about->layers);
    auto row = query->step();
    for (; row && *row; row = query->step()) {
        const auto packed = query->blob(1);
        if (packed.size() != layers * kPackedSummaryBytes)
            return failure(ErrorCode::FileDamaged,
                           m_database->path().string() + ": run " + std::to_string(run) + ", token " +
                               std::to_string(query->integer(0)) + ": " + std::to_string(packed.size()) +
                               " bytes of gate summaries for " + std::to_string(layers) + " layers");
        rows.positions.push_back(query->integer(0));
        rows.summaries.insert(rows.summaries.end(), packed.begin(), packed.end());
    }
    if (!row)
        return failure(std::move(row.error()));
    return rows;
}

Expected<GateChannelRows> GateStoreReader::channels(std::int64_t run, int layer, std::int64_t first,
                                                    std::int64_t count) {
    const auto about = this->run(run);
    if (!about)
        return failure(about.error());
    auto query = m_database->prepare(
        "SELECT first, tokens, codes FROM gate_values "
        "WHERE run = ?1 AND layer = ?2 AND first > ?3 - ?5 AND first < ?4 ORDER BY first");
    if (!query)
        return failure(std::move(query.error()));
    const std::int64_t begin = std::max<std::int64_t>(first, 0), end = endOf(begin, count);
    query->bind(1, run).bind(2, layer).bind(3, begin).bind(4, end).bind(5, kGateTokensPerBlock);
    GateChannelRows rows{.width = about->width, .positions = {}, .codes = {}};
    const auto width = static_cast<std::size_t>(about->width);
    std::vector<std::uint8_t> block;
    auto row = query->step();
    for (; row && *row; row = query->step()) {
        const std::int64_t blockFirst = query->integer(0), tokens = query->integer(1);
        if (tokens < 1 || tokens > kGateTokensPerBlock || blockFirst > kLastBlock)
            return failure(ErrorCode::FileDamaged, m_database->path().string() + ": run " +
                                                       std::to_string(run) + ": a block of " +
                                                       std::to_string(tokens) + " tokens");
        block.resize(static_cast<std::size_t>(tokens) * width);
        if (auto done = unpackCodes(query->blob(2), kGateTokensPerBlock * width, block); !done)
            return failure(std::move(done.error()),
                           m_database->path().string() + ": run " + std::to_string(run) + ", layer " +
                               std::to_string(layer) + ", token " + std::to_string(blockFirst));
        for (std::int64_t position = std::max(begin, blockFirst);
             position < std::min(end, blockFirst + tokens); ++position) {
            const auto offset = (position - blockFirst) * static_cast<std::int64_t>(width);
            rows.positions.push_back(position);
            rows.codes.insert(rows.codes.end(), block.begin() + offset,
                              block.begin() + offset + static_cast<std::ptrdiff_t>(width));
        }
    }
    if (!row)
        return failure(std::move(row.error()));
    return rows;
}

} // namespace engine
