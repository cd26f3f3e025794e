#include "engine/trace/gate_packing.h"
#include "engine/trace/gate_store.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace engine {

namespace {

constexpr std::int64_t kBlock = kGateTokensPerBlock;

} // namespace

Expected<GateStoreWriter> GateStoreWriter::prepare(Database& database) {
    GateStoreWriter writer(database);
    const std::array<std::pair<std::optional<Statement>*, std::string_view>, 4> statements{{
        {&writer.m_insertRun,
         "INSERT INTO gate_runs(id, created, model, fingerprint, enhancement, layers, width, settings) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
        {&writer.m_insertToken,
         "INSERT OR REPLACE INTO gate_tokens(run, position, token, bytes, origin, probability) "
         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
        {&writer.m_insertSummary,
         "INSERT OR REPLACE INTO gate_summaries(run, position, layers) VALUES (?1, ?2, ?3)"},
        {&writer.m_insertValues,
         "INSERT INTO gate_values(run, layer, first, tokens, codes) VALUES (?1, ?2, ?3, ?4, ?5) "
         "ON CONFLICT(run, layer, first) DO UPDATE SET tokens = excluded.tokens, "
         "codes = excluded.codes"},
    }};
    for (const auto& [statement, sql] : statements) {
        auto prepared = database.prepare(sql);
        if (!prepared)
            return failure(std::move(prepared.error()));
        *statement = std::move(*prepared);
    }
    return writer;
}

Expected<std::int64_t> GateStoreWriter::addRun(const GateRun& run) {
    Statement& insert = *m_insertRun;
    if (run.id != 0)
        insert.bind(1, run.id);
    else
        insert.bindNull(1);
    insert.bind(2, run.created).bind(3, run.model).bind(4, run.fingerprint).bind(5, run.enhancement);
    insert.bind(6, run.layers).bind(7, run.width).bind(8, run.settings);
    if (auto done = insert.run(); !done)
        return failure(std::move(done.error()));
    return m_database->lastInsertedId();
}

Expected<void> GateStoreWriter::addToken(std::int64_t run, const TraceToken& token) {
    Statement& insert = *m_insertToken;
    insert.bind(1, run).bind(2, token.position).bind(3, token.token);
    insert.bind(4, std::as_bytes(std::span(token.bytes))).bind(5, static_cast<int>(token.origin));
    if (token.probability)
        insert.bind(6, static_cast<double>(*token.probability));
    else
        insert.bindNull(6);
    return insert.run();
}

Expected<void> GateStoreWriter::addRows(std::int64_t run, const GateRows& rows) {
    for (int token = 0; token < rows.tokens; ++token) {
        m_insertSummary->bind(1, run).bind(2, rows.first + token).bind(3, rows.summariesOf(token));
        if (auto done = m_insertSummary->run(); !done)
            return done;
        if (rows.codes.empty())
            continue;
        if (auto done = addCodes(run, rows, token); !done)
            return done;
    }
    return {};
}

Expected<void> GateStoreWriter::addCodes(std::int64_t run, const GateRows& rows, int token) {
    const std::int64_t position = rows.first + token;
    const bool continues = m_block.tokens > 0 && m_block.run == run &&
                           m_block.first + m_block.tokens == position && m_block.layers == rows.layers &&
                           m_block.width == rows.width && position % kBlock != 0;
    if (!continues) {
        if (auto done = flush(); !done)
            return done;
        m_block.run = run;
        m_block.first = position;
        m_block.tokens = 0;
        m_block.layers = rows.layers;
        m_block.width = rows.width;
        m_block.codes.resize(static_cast<std::size_t>(rows.layers) * kGateTokensPerBlock *
                             static_cast<std::size_t>(rows.width));
    }
    const auto width = static_cast<std::size_t>(rows.width);
    for (int layer = 0; layer < rows.layers; ++layer) {
        const auto row =
            static_cast<std::size_t>(layer) * kGateTokensPerBlock + static_cast<std::size_t>(m_block.tokens);
        std::ranges::copy(rows.codesOf(token, layer),
                          m_block.codes.begin() + static_cast<std::ptrdiff_t>(row * width));
    }
    ++m_block.tokens;
    m_block.isWritten = false;
    return position % kBlock == kBlock - 1 ? flush() : Expected<void>();
}

Expected<void> GateStoreWriter::flush() {
    if (m_block.isWritten)
        return {};
    const auto width = static_cast<std::size_t>(m_block.width);
    for (int layer = 0; layer < m_block.layers; ++layer) {
        const auto codes = std::span<const std::uint8_t>(m_block.codes)
                               .subspan(static_cast<std::size_t>(layer) * kGateTokensPerBlock * width,
                                        static_cast<std::size_t>(m_block.tokens) * width);
        if (auto done = packCodes(codes, m_bytes); !done)
            return done;
        m_insertValues->bind(1, m_block.run).bind(2, layer).bind(3, m_block.first).bind(4, m_block.tokens);
        m_insertValues->bind(5, std::span<const std::byte>(m_bytes));
        if (auto done = m_insertValues->run(); !done)
            return done;
    }
    m_block.isWritten = true;
    return {};
}

} // namespace engine
