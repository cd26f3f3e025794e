#include "app/writing/story_writer.h"

#include "app/assistant/assistant_service.h"
#include "app/reading/story_reading.h"
#include "app/runs/run_history.h"

#include <QDateTime>
#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace app {

StoryWriter::StoryWriter(Document& document, AssistantService& assistant, RunHistory& runs,
                         const StoryReading& reading, QObject* parent, std::function<quint64()> newSeed)
    : QObject(parent)
    , m_document(document)
    , m_assistant(assistant)
    , m_runs(runs)
    , m_reading(reading)
    , m_newSeed(newSeed ? std::move(newSeed) : [] { return QRandomGenerator::system()->generate64(); })
    , m_ghost(*this, document, assistant, runs) {
    connect(&m_assistant, &AssistantService::promptProgress, this, [this](const PromptProgress& progress) {
        if (progress.id == m_job.request)
            emit promptProgressed(progress);
    });
    connect(&m_assistant, &AssistantService::promptRead, this, &StoryWriter::onPromptRead);
    connect(&m_assistant, &AssistantService::tokensGenerated, this, &StoryWriter::onTokens);
    connect(&m_assistant, &AssistantService::finished, this, [this](RequestId id, const Outcome& outcome) {
        if (m_job.request != 0 && id == m_job.request)
            closeJob(outcome);
    });
    connect(&m_document, &Document::changed, this, &StoryWriter::onDocumentChanged);
    connect(&m_document, &Document::generationUndone, this, &StoryWriter::release);
    connect(&m_runs, &RunHistory::wasReset, this, &StoryWriter::onRunsReset);
}

StoryWriter::~StoryWriter() = default;

void StoryWriter::setOptions(const GenerationOptions& options) {
    if (options == m_options)
        return;
    m_options = options;
    emit optionsChanged(options);
}

void StoryWriter::setModelChoice(const ModelChoice& choice) {
    m_choice = choice;
    m_assistant.loadModel(choice);
    emit modelChoiceChanged(choice);
}

void StoryWriter::setActivity(Activity activity) {
    if (activity == m_activity)
        return;
    m_activity = activity;
    emit activityChanged(activity);
}

PromptSource StoryWriter::sourceAt(qsizetype position) const {
    return sourceBehind(m_document.text().first(m_document.content().snapped(position)));
}

PromptSource StoryWriter::sourceBehind(const QString& story) const { return {story, m_reading.settings()}; }

GenerationOptions StoryWriter::optionsOfNextRun(bool withNewSeed) {
    GenerationOptions options = m_options;
    if (options.randomSeed || withNewSeed)
        options.sampler.seed = m_newSeed();
    return options;
}

RunRecord StoryWriter::newRecord(const GenerationOptions& options) const {
    RunRecord record;
    record.id = m_runs.nextId();
    record.attemptOf = record.id;
    record.startedAt = QDateTime::currentDateTimeUtc();
    record.options = options;
    return record;
}

void StoryWriter::continueAt(qsizetype cursor) {
    release();
    begin(cursor, 0, optionsOfNextRun(false));
}

void StoryWriter::retry(qsizetype cursor) {
    release();
    if (const auto standing = attemptAt(cursor))
        begin(standing->range.position, standing->run, optionsOfNextRun(true));
    else
        begin(cursor, 0, optionsOfNextRun(true));
}

RunRecord StoryWriter::recordAt(qsizetype position, const QString& story, const GenerationOptions& options) {
    AttemptPlace place = placeInTree(m_document.content(), m_runs, position);
    if (place.unkept) {
        place.parent = m_runs.nextId();
        m_runs.addChangedVersion(changedVersion(m_document.content(), m_runs, *place.unkept));
    }
    RunRecord record = newRecord(options);
    record.parent = place.parent;
    record.parentEnd = place.parent != 0 ? place.parentEnd : 0;
    if (const RunId sibling = attemptAtSamePlace(m_runs, place, story))
        record.attemptOf = sibling;
    return record;
}

void StoryWriter::begin(qsizetype position, RunId replacing, const GenerationOptions& options) {
    position = m_document.content().snapped(position);
    m_job = Job{};
    m_job.replacing = replacing;
    m_job.source = sourceAt(position);
    RunRecord record;
    if (const RunRecord* const replaced = m_runs.run(replacing)) {
        record = newRecord(options);
        record.attemptOf = replaced->attemptOf;
        record.parent = replaced->parent;
        record.parentEnd = replaced->parentEnd;
    } else {
        record = recordAt(position, m_job.source.story, options);
    }
    beginJob(record, position);
}

void StoryWriter::beginJob(const RunRecord& record, qsizetype position) {
    m_job.runs = {record.id};
    m_runs.add(record);
    m_document.beginGeneration(record.id, position);
    GenerationRequest request;
    request.model = m_choice;
    request.options = record.options;
    request.source = m_job.source;
    m_job.request = m_assistant.generate(std::move(request)).id();
    setActivity(Activity::Continuing);
}

void StoryWriter::compareAt(qsizetype cursor, const QString& gate) {
    release();
    const GenerationOptions options = optionsOfNextRun(false);
    m_comparePosition = m_document.content().snapped(cursor);
    m_job = Job{};
    m_job.source = sourceAt(m_comparePosition);
    const RunRecord place = recordAt(m_comparePosition, m_job.source.story, options);
    // One place, so the sides are attempts like others once one of them is in the text.
    for (const Side side : {Side::First, Side::Second}) {
        RunRecord record = place;
        record.id = m_runs.nextId();
        record.kind = RunKind::Compare;
        record.side = side;
        record.comparedWith = side == Side::First ? place.id + 1 : place.id;
        m_job.runs.append(record.id);
        m_runs.add(record);
    }
    m_comparison.begin(m_job.runs[0], m_job.runs[1]);

    TogetherRequest request;
    for (const QString& used : {QStringLiteral("none"), gate})
        request.parts.append({ModelChoice{m_choice.model, used}, options.sampler.seed});
    request.options = options;
    request.source = m_job.source;
    m_job.request = m_assistant.writeTogether(std::move(request)).id();
    setActivity(Activity::Comparing);
}

void StoryWriter::stop() {
    if (m_job.request == 0)
        return;
    // Nothing to wait for: the model may still be loading or reading, and the writer wants the keys back now.
    if (m_job.tokens == 0)
        release();
    else
        m_assistant.cancel(m_job.request);
}

void StoryWriter::release() {
    m_ghost.dismiss();
    if (m_job.request == 0)
        return;
    m_assistant.abandon(m_job.request);
    Outcome outcome;
    outcome.kind = OutcomeKind::Cancelled;
    for (qsizetype side = 0; side < m_job.runs.size(); ++side)
        if (const RunRecord* record = m_runs.run(m_job.runs[side]))
            outcome.timings[static_cast<std::size_t>(side)] = record->timings;
    if (m_job.sinceFirstToken.isValid())
        for (SideTimings& timings : outcome.timings)
            timings.writingSeconds = static_cast<double>(m_job.sinceFirstToken.elapsed()) / 1000.0;
    closeJob(outcome);
}

void StoryWriter::onPromptRead(const PromptRead& prompt) {
    if (prompt.id != m_job.request)
        return;
    const RunId run = m_job.runs.value(static_cast<qsizetype>(prompt.side));
    m_runs.describe(run, prompt.model, prompt.prompt, prompt.promptTokens, prompt.seconds);
    m_runs.addLooks(run, prompt.chunks, {});
    if (m_activity == Activity::Comparing)
        m_comparison.describe(prompt.side, prompt.model);
    emit promptRead(prompt);
}

void StoryWriter::onTokens(const TokenBatch& batch) {
    if (batch.id != m_job.request)
        return;
    const auto tokens = static_cast<int>(batch.tokens.size());
    m_job.tokens += tokens;
    // The record first, so that whoever is told of the text finds its tokens.
    const RunId run = m_job.runs.value(static_cast<qsizetype>(batch.side));
    m_runs.append(run, batch.text, batch.tokens, batch.gates, batch.choices);
    m_runs.addLooks(run, {}, batch.looks);
    if (m_activity == Activity::Comparing) {
        m_comparison.append(batch.side, batch.text, tokens);
    } else if (m_activity == Activity::WritingAlternatives) {
        m_alternatives.append(static_cast<qsizetype>(batch.side), batch.text, tokens);
    } else if (!batch.text.isEmpty()) {
        const PathPassage way = makeWay();
        m_document.appendGenerated(m_job.runs[0], batch.text, way.givesWay.length, {way.text, way.spans});
    }

    if (!m_job.sinceFirstToken.isValid()) {
        m_job.sinceFirstToken.start();
        m_job.firstTokens = m_job.tokens;
    }
    const qint64 elapsedMs = std::max<qint64>(m_job.sinceFirstToken.elapsed(), 1);
    emit progressed(m_job.tokens,
                    (m_job.tokens - m_job.firstTokens) * 1000.0 / static_cast<double>(elapsedMs));
}

void StoryWriter::closeJob(const Outcome& outcome) {
    const Job job = std::exchange(m_job, Job{});
    const Activity activity = m_activity;
    for (qsizetype side = 0; side < job.runs.size(); ++side) {
        const auto number = static_cast<std::size_t>(side);
        m_runs.finish(job.runs[side], outcome.kind, outcome.reasons[number], outcome.timings[number],
                      outcome.message);
    }
    if (activity == Activity::Comparing)
        m_comparison.finish(outcome);
    else if (activity == Activity::WritingAlternatives)
        m_alternatives.finish(outcome);
    else
        m_document.endGeneration(job.runs.value(0));
    setActivity(Activity::Idle);
    emit finished(job.runs.value(0), outcome);
}

void StoryWriter::onDocumentChanged(const DocumentChange& change) {
    const TextEdit& edit = change.edit;
    const qsizetype end = edit.position + edit.removedLength;
    for (qsizetype* const place : {&m_comparePosition, &m_alternativesPosition})
        if (*place > edit.position)
            *place = *place >= end ? *place - edit.removedLength + edit.inserted.size() : edit.position;
}

void StoryWriter::onRunsReset() {
    m_comparison.clear();
    m_comparePosition = 0;
    m_alternatives.clear();
    m_alternativesPosition = 0;
}

} // namespace app
