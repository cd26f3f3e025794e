#include "app/storage/tables/runs/run_table.h"

#include "app/storage/columns/span_codec.h"
#include "app/storage/columns/sql_text.h"
#include "app/storage/tables/reading_table.h"
#include "app/storage/tables/runs/choice_table.h"

#include <QJsonDocument>

#include <limits>
#include <utility>

namespace app {

namespace {

std::string jsonText(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

std::string timeText(const QDateTime& time) { return time.toUTC().toString(Qt::ISODateWithMs).toStdString(); }

QJsonObject optionsOf(const RunRecord& record) {
    QJsonObject json = toJson(record.options);
    if (record.isChangedVersion())
        json.insert(QLatin1String(kPassageOption), QString::fromLatin1(packSpans(record.passage).toBase64()));
    return json;
}

// As they came: the blocks of codes one after another, each of whole tokens.
engine::Expected<void> addRows(engine::GateStoreWriter& writer, RunId run, const GateFrames& gates) {
    engine::GateRows rows{.first = gates.firstToken,
                          .tokens = gates.tokenCount(),
                          .layers = gates.layers,
                          .width = gates.width,
                          .summaries = blobOf(gates.summaries),
                          .codes = {}};
    if (!gates.hasChannels())
        return writer.addRows(run, rows);
    for (const QByteArray& block : gates.channelCodes.blocks()) {
        rows.codes = {reinterpret_cast<const std::uint8_t*>(block.constData()),
                      static_cast<std::size_t>(block.size())};
        rows.tokens = static_cast<int>(block.size() / (qsizetype{gates.layers} * gates.width));
        if (auto done = writer.addRows(run, rows); !done)
            return done;
        rows.first += rows.tokens;
        rows.summaries = rows.summaries.subspan(static_cast<std::size_t>(rows.tokens * gates.summarySize()));
    }
    return {};
}

} // namespace

engine::Expected<void> RunTable::write(const RunChanged& change) {
    const RunRecord& run = change.record;
    const auto prompt = m_prompts.rowFor(run.prompt);
    if (!prompt)
        return failure(prompt.error());
    auto statement = m_database.prepare(R"sql(
        INSERT INTO story_run(id, kind, side, compared_with, attempt_of, started_at, model, options,
                              prompt_id, prompt_length, prompt_tokens, text, is_finished, outcome,
                              end_reason, prompt_seconds, writing_seconds, failure,
                              parent, parent_end, name, is_deleted)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, 0), ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                ?19, ?20, ?21, ?22)
        ON CONFLICT(id) DO UPDATE SET model = excluded.model, prompt_id = excluded.prompt_id,
            prompt_length = excluded.prompt_length, prompt_tokens = excluded.prompt_tokens,
            text = excluded.text,
            is_finished = excluded.is_finished, outcome = excluded.outcome, end_reason = excluded.end_reason,
            prompt_seconds = excluded.prompt_seconds, writing_seconds = excluded.writing_seconds,
            failure = excluded.failure, name = excluded.name, is_deleted = excluded.is_deleted
    )sql");
    if (!statement)
        return failure(statement.error());
    statement->bind(1, run.id)
        .bind(2, static_cast<int>(run.kind))
        .bind(3, static_cast<int>(run.side))
        .bind(4, run.comparedWith)
        .bind(5, run.attemptOf)
        .bind(6, timeText(run.startedAt))
        .bind(7, jsonText(toJson(run.model)))
        .bind(8, jsonText(optionsOf(run)))
        .bind(9, *prompt)
        .bind(10, run.promptLength)
        .bind(11, run.promptTokens)
        .bind(12, utf8(run.text))
        .bind(13, run.isFinished ? 1 : 0)
        .bind(14, static_cast<int>(run.outcome))
        .bind(15, static_cast<int>(run.endReason))
        .bind(16, run.timings.promptSeconds)
        .bind(17, run.timings.writingSeconds)
        .bind(18, utf8(run.failure))
        .bind(19, run.parent)
        .bind(20, run.parentEnd)
        .bind(21, utf8(run.name))
        .bind(22, run.isDeleted ? 1 : 0);
    auto done = statement->run();
    if (done)
        done = writeRunReading(m_database, run);
    // A finished run gets no more gates; its last block is written by the flush before this commit.
    if (done && run.isFinished) {
        if (const auto writer = m_gateWriters.find(run.id); writer != m_gateWriters.end()) {
            done = writer->second.flush();
            m_gateWriters.erase(writer);
        }
    }
    return done;
}

engine::Expected<void> RunTable::addGateRun(RunId run, const GateFrames& gates) {
    auto row = m_database.prepare("SELECT started_at, model, options FROM story_run WHERE id = ?1 "
                                  "AND NOT EXISTS (SELECT 1 FROM gate_runs WHERE gate_runs.id = ?1)");
    if (!row)
        return failure(row.error());
    const auto found = row->bind(1, run).step();
    if (!found)
        return failure(found.error());
    if (*found) {
        const ModelInfo model = modelInfoFromJson(jsonColumn(*row, 1));
        const engine::GateRun gateRun{.id = run,
                                      .created = std::string(row->text(0)),
                                      .model = utf8(model.name),
                                      .fingerprint = utf8(model.fingerprint),
                                      .enhancement = utf8(model.enhancement),
                                      .layers = gates.layers,
                                      .width = gates.width,
                                      .settings = std::string(row->text(2))};
        row->reset();
        if (auto added = m_gateWriters.at(run).addRun(gateRun); !added)
            return failure(added.error());
    }
    return {};
}

engine::Expected<void> RunTable::write(const RunGrown& growth) {
    auto addText = m_database.prepare("UPDATE story_run SET text = text || ?2 WHERE id = ?1");
    if (!addText)
        return failure(addText.error());
    if (auto done = addText->bind(1, growth.run).bind(2, utf8(growth.text)).run(); !done)
        return done;
    if (m_database.changedRows() == 0)
        return {}; // a run that could not be rescued with the text
    auto addToken = m_database.prepare(
        "INSERT INTO story_run_token(run, number, token, first, last, probability) VALUES "
        "(?1, (SELECT coalesce(max(number) + 1, 0) FROM story_run_token WHERE run = ?1), ?2, ?3, ?4, ?5)");
    if (!addToken)
        return failure(addToken.error());
    for (const RunToken& token : growth.tokens) {
        addToken->bind(1, growth.run).bind(2, token.token).bind(3, token.start).bind(4, token.end);
        if (auto done = addToken->bind(5, static_cast<double>(token.probability)).run(); !done)
            return done;
    }
    if (!growth.choices.isEmpty()) {
        auto count =
            m_database.prepare("SELECT coalesce(max(number) + 1, 0) FROM story_run_token WHERE run = ?1");
        if (!count)
            return failure(count.error());
        if (const auto row = count->bind(1, growth.run).step(); !row)
            return failure(row.error());
        const qsizetype first = count->integer(0) - growth.tokens.size();
        count->reset();
        if (auto done = writeChoices(m_database, growth.run, first, growth.choices); !done)
            return done;
    }
    if (growth.gates.tokenCount() == 0)
        return {};
    if (!m_gateWriters.contains(growth.run)) {
        auto writer = engine::GateStoreWriter::prepare(m_database);
        if (!writer)
            return failure(writer.error());
        m_gateWriters.emplace(growth.run, std::move(*writer));
        if (auto done = addGateRun(growth.run, growth.gates); !done)
            return done;
    }
    return addRows(m_gateWriters.at(growth.run), growth.run, growth.gates);
}

engine::Expected<void> RunTable::write(const RunRestored& run) {
    auto forget = m_database.prepare("DELETE FROM story_run_token WHERE run = ?1");
    if (!forget)
        return failure(forget.error());
    if (auto done = forget->bind(1, run.record.id).run(); !done)
        return done;
    RunRecord withoutText = run.record;
    withoutText.text.clear();
    if (auto done = write(RunChanged{withoutText}); !done)
        return done;
    if (auto done = write(RunGrown{run.record.id, run.record.text, run.record.tokens, {}, {}}); !done)
        return done;
    return run.choices.isEmpty() ? engine::Expected<void>{}
                                 : replaceChoices(m_database, run.record.id, run.choices);
}

engine::Expected<void> RunTable::flush() {
    for (auto& [run, writer] : m_gateWriters)
        if (auto done = writer.flush(); !done)
            return done;
    return {};
}

void RunTable::forgetUnwritten() { m_gateWriters.clear(); }

} // namespace app
