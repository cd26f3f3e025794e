// What is read from the tables of runs; run_table.cpp writes them.
#include "app/document/spanned_text.h"
#include "app/runs/run_parents.h"
#include "app/storage/columns/span_codec.h"
#include "app/storage/columns/sql_text.h"
#include "app/storage/tables/reading_table.h"
#include "app/storage/tables/runs/run_table.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace app {

namespace {

// A number of an enumeration from the file; `fallback` if it is none of them.
template <class Enumeration>
Enumeration enumeration(std::int64_t number, Enumeration last, Enumeration fallback) {
    return number >= 0 && number <= static_cast<std::int64_t>(last) ? static_cast<Enumeration>(number)
                                                                    : fallback;
}

// Nothing if the spans are not those of `text`, all of one run.
QList<Span> passageFrom(const QJsonObject& options, const QString& text) {
    const QByteArray packed =
        QByteArray::fromBase64(options.value(QLatin1String(kPassageOption)).toString().toLatin1());
    const auto spans = unpackSpans(packed);
    if (packed.isEmpty() || !spans || !SpannedText::fromSpans(text, *spans))
        return {};
    const bool isOneRuns = std::ranges::all_of(
        *spans, [&spans](const Span& span) { return span.run != 0 && span.run == spans->first().run; });
    return isOneRuns ? *spans : QList<Span>();
}

RunRecord recordOf(const engine::Statement& row, const QHash<std::int64_t, RunPrompt>& prompts) {
    RunRecord record;
    record.id = row.integer(0);
    record.kind = enumeration(row.integer(1), RunKind::Compare, RunKind::Continuation);
    record.side = enumeration(row.integer(2), Side::Second, Side::First);
    record.comparedWith = row.integer(3);
    record.attemptOf = row.integer(4);
    record.startedAt = QDateTime::fromString(textColumn(row, 5), Qt::ISODateWithMs);
    record.model = modelInfoFromJson(jsonColumn(row, 6));
    const QJsonObject options = jsonColumn(row, 7);
    record.options = generationOptionsOfRun(options);
    record.prompt = prompts.value(row.integer(8));
    record.promptLength = row.integer(9);
    record.place = record.promptLength;
    record.promptTokens = static_cast<int>(row.integer(10));
    record.text = textColumn(row, 11);
    record.passage = passageFrom(options, record.text);
    record.isFinished = true;
    const bool wasFinished = row.integer(12) != 0;
    record.outcome = wasFinished ? enumeration(row.integer(13), OutcomeKind::Failed, OutcomeKind::Completed)
                                 : OutcomeKind::Cancelled;
    record.endReason = enumeration(row.integer(14), EndReason::ParagraphEnd, EndReason::None);
    record.timings.promptSeconds = row.real(15);
    record.timings.writingSeconds = row.real(16);
    record.failure = textColumn(row, 17);
    record.parent = row.integer(18);
    record.parentEnd = row.integer(19);
    record.name = textColumn(row, 20);
    record.isDeleted = row.integer(21) != 0;
    return record;
}

} // namespace

engine::Expected<QList<RunRecord>> RunTable::readAll() {
    const auto prompts = m_prompts.readAll();
    if (!prompts)
        return failure(prompts.error());
    const auto readings = readRunReadings(m_database);
    auto rows = m_database.prepare(
        "SELECT id, kind, side, compared_with, attempt_of, started_at, model, options, prompt_id, "
        "prompt_length, prompt_tokens, text, is_finished, outcome, end_reason, prompt_seconds, "
        "writing_seconds, failure, parent, parent_end, name, is_deleted "
        "FROM story_run WHERE id > 0 ORDER BY id");
    if (!rows)
        return failure(rows.error());
    QHash<RunId, RunRecord> runs;
    QList<RunId> order;
    auto more = rows->step();
    for (; more && *more; more = rows->step()) {
        RunRecord record = recordOf(*rows, *prompts);
        // A file of a newer program may have another table; then only the parts are not known.
        if (readings && readings->contains(record.id)) {
            record.place = readings->value(record.id).place;
            record.promptParts = readings->value(record.id).parts;
        }
        order.append(record.id);
        runs.insert(record.id, record);
    }
    if (!more)
        return failure(more.error());
    if (auto done = readTokens(runs); !done)
        return failure(done.error());

    QList<RunRecord> records;
    for (const RunId run : order) {
        RunRecord record = runs.take(run);
        record.timings.tokens = static_cast<int>(record.tokens.size());
        records.append(std::move(record));
    }
    return records;
}

engine::Expected<void> RunTable::readTokens(QHash<RunId, RunRecord>& runs) {
    auto rows = m_database.prepare(
        "SELECT run, token, first, last, probability FROM story_run_token ORDER BY run, number");
    if (!rows)
        return failure(rows.error());
    auto more = rows->step();
    for (; more && *more; more = rows->step()) {
        const auto record = runs.find(rows->integer(0));
        if (record == runs.end())
            continue;
        const RunToken token{static_cast<int>(rows->integer(1)), rows->integer(2), rows->integer(3),
                             static_cast<float>(rows->real(4))};
        const qsizetype reached = record->tokens.isEmpty() ? 0 : record->tokens.last().end;
        if (token.start < reached || token.end < token.start || token.end > record->text.size())
            return engine::failure(engine::ErrorCode::FileDamaged, m_database.path().string() + ": run " +
                                                                       std::to_string(record->id) +
                                                                       " has a token outside its text");
        record->tokens.append(token);
    }
    if (!more)
        return failure(more.error());
    return {};
}

engine::Expected<void> RunTable::findParents() {
    auto runs = readAll();
    if (!runs)
        return failure(runs.error());
    hangRunsOfBefore(*runs);
    auto statement = m_database.prepare(
        "UPDATE story_run SET parent = ?2, parent_end = ?3 WHERE id = ?1 AND parent IS NULL");
    if (!statement)
        return failure(statement.error());
    for (const RunRecord& run : std::as_const(*runs))
        if (auto done = statement->bind(1, run.id).bind(2, run.parent).bind(3, run.parentEnd).run(); !done)
            return done;
    return m_database.execute("UPDATE story_run SET parent = 0 WHERE parent IS NULL");
}

engine::Expected<QList<RunId>> RunTable::withGates() {
    auto rows = m_database.prepare(
        "SELECT id FROM gate_runs WHERE EXISTS (SELECT 1 FROM gate_summaries WHERE run = gate_runs.id)");
    if (!rows)
        return failure(rows.error());
    QList<RunId> runs;
    auto more = rows->step();
    for (; more && *more; more = rows->step())
        runs.append(rows->integer(0));
    if (!more)
        return failure(more.error());
    return runs;
}

engine::Expected<GateFrames> RunTable::readGates(RunId run) {
    engine::GateStoreReader reader(m_database);
    const auto about = reader.run(run);
    if (!about && about.error().code == engine::ErrorCode::InvalidArgument)
        return GateFrames{};
    if (!about)
        return failure(about.error());
    const auto rows = reader.summaries(run, 0, std::numeric_limits<std::int64_t>::max());
    if (!rows)
        return failure(rows.error());
    GateFrames frames;
    frames.layers = about->layers;
    frames.width = about->width;
    // Frames have no gaps; what would come behind one cannot be shown.
    qsizetype tokens = 0;
    while (static_cast<std::size_t>(tokens) < rows->positions.size() &&
           rows->positions[static_cast<std::size_t>(tokens)] == tokens)
        ++tokens;
    frames.summaries =
        QByteArray(reinterpret_cast<const char*>(rows->summaries.data()), tokens * frames.summarySize());
    return frames;
}

engine::Expected<ChannelMap> RunTable::readChannels(RunId run, int layer) {
    ChannelMap map;
    map.layer = layer;
    const auto rows =
        engine::GateStoreReader(m_database).channels(run, layer, 0, std::numeric_limits<std::int64_t>::max());
    if (!rows && rows.error().code == engine::ErrorCode::InvalidArgument)
        return map;
    if (!rows)
        return failure(rows.error());
    map.width = rows->width;
    while (static_cast<std::size_t>(map.tokens) < rows->positions.size() &&
           rows->positions[static_cast<std::size_t>(map.tokens)] == map.tokens)
        ++map.tokens;
    map.codes =
        QByteArray(reinterpret_cast<const char*>(rows->codes.data()), qsizetype{map.tokens} * map.width);
    return map;
}

} // namespace app
