#include "app/writing/story_writer.h"

#include "app/assistant/assistant_service.h"
#include "app/runs/run_history.h"

#include <QDateTime>
#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace app {

StoryWriter::StoryWriter(Document& document, AssistantService& assistant, RunHistory& runs, QObject* parent,
                         std::function<quint64()> newSeed)
    : QObject(parent)
    , m_document(document)
    , m_assistant(assistant)
    , m_runs(runs)
    , m_newSeed(newSeed ? std::move(newSeed) : [] { return QRandomGenerator::system()->generate64(); }) {
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
    begin(cursor, 0, false);
}

void StoryWriter::retry(qsizetype cursor) {
    release();
    if (const auto standing = attemptAt(cursor))
        begin(standing->range.position, standing->run, true);
    else
        begin(cursor, 0, true);
}

void StoryWriter::begin(qsizetype position, RunId replacing, bool withNewSeed) {
    position = m_document.content().snapped(position);
    const GenerationOptions options = optionsOfNextRun(withNewSeed);
    RunRecord record = newRecord(options);
    if (replacing != 0)
        record.attemptOf = m_runs.run(replacing)->attemptOf;

    m_job = Job{};
    m_job.runs[0] = record.id;
    m_job.replacing = replacing;
    m_job.prompt = m_document.text().first(position);
    m_runs.add(record);
    m_document.beginGeneration(record.id, position);

    GenerationRequest request;
    request.model = m_choice;
    request.options = options;
    request.prompt = m_job.prompt;
    m_job.request = m_assistant.generate(std::move(request)).id();
    setActivity(Activity::Continuing);
}

void StoryWriter::compareAt(qsizetype cursor, const QString& gate) {
    release();
    const GenerationOptions options = optionsOfNextRun(false);
    m_comparePosition = m_document.content().snapped(cursor);
    m_job = Job{};
    m_job.prompt = m_document.text().first(m_comparePosition);
    const RunId first = m_runs.nextId();
    // One place, so the sides are attempts like others once one of them is in the text.
    for (const Side side : {Side::First, Side::Second}) {
        RunRecord record = newRecord(options);
        record.kind = RunKind::Compare;
        record.side = side;
        record.comparedWith = side == Side::First ? first + 1 : first;
        record.attemptOf = first;
        m_job.runs[static_cast<std::size_t>(side)] = record.id;
        m_runs.add(record);
    }
    m_comparison.begin(m_job.runs[0], m_job.runs[1]);

    CompareRequest request;
    request.models = {ModelChoice{m_choice.model, QStringLiteral("none")}, ModelChoice{m_choice.model, gate}};
    request.options = options;
    request.prompt = m_job.prompt;
    m_job.request = m_assistant.compare(std::move(request)).id();
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
    if (m_job.request == 0)
        return;
    m_assistant.abandon(m_job.request);
    Outcome outcome;
    outcome.kind = OutcomeKind::Cancelled;
    for (std::size_t side = 0; side < m_job.runs.size(); ++side)
        if (const RunRecord* record = m_runs.run(m_job.runs[side]))
            outcome.timings[side] = record->timings;
    if (m_job.sinceFirstToken.isValid())
        for (SideTimings& timings : outcome.timings)
            timings.writingSeconds = static_cast<double>(m_job.sinceFirstToken.elapsed()) / 1000.0;
    closeJob(outcome);
}

void StoryWriter::onPromptRead(const PromptRead& prompt) {
    if (prompt.id != m_job.request)
        return;
    const RunId run = m_job.runs[static_cast<std::size_t>(prompt.side)];
    m_runs.describe(run, prompt.model, m_job.prompt, prompt.promptTokens, prompt.seconds);
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
    m_runs.append(m_job.runs[static_cast<std::size_t>(batch.side)], batch.text, batch.tokens, batch.gates);
    if (m_activity == Activity::Comparing)
        m_comparison.append(batch.side, batch.text, tokens);
    else if (!batch.text.isEmpty())
        m_document.appendGenerated(m_job.runs[0], batch.text, makeWay());

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
    const bool isComparing = m_activity == Activity::Comparing;
    for (std::size_t side = 0; side < job.runs.size(); ++side)
        if (job.runs[side] != 0)
            m_runs.finish(job.runs[side], outcome.kind, outcome.reasons[side], outcome.timings[side],
                          outcome.message);
    if (isComparing)
        m_comparison.finish(outcome);
    else
        m_document.endGeneration(job.runs[0]);
    setActivity(Activity::Idle);
    emit finished(job.runs[0], outcome);
}

// --- attempts -------------------------------------------------

std::optional<StandingAttempt> StoryWriter::attemptAt(qsizetype cursor) const {
    return app::attemptAt(m_document.content(), m_runs, cursor);
}

void StoryWriter::keep(const StandingAttempt& attempt) {
    if (attempt.isChanged())
        m_runs.addChangedVersion(changedVersion(m_document.content(), m_runs, attempt));
}

qsizetype StoryWriter::makeWay() {
    const RunId replaced = std::exchange(m_job.replacing, 0);
    // While the model was reading, the writer may have worked on it, or around it.
    const auto standing = attemptOfRun(m_document.content(), m_runs, replaced);
    if (!standing || standing->range.position != m_document.generationAnchor())
        return 0;
    keep(*standing);
    return standing->range.length;
}

bool StoryWriter::useAttempt(qsizetype cursor, RunId attempt) {
    release();
    const auto standing = attemptAt(cursor);
    if (!standing || !standing->attempts.contains(attempt) || standing->attempts[standing->index] == attempt)
        return false;
    const RunRecord wanted = *m_runs.run(attempt);
    keep(*standing);
    return m_document.replacePassage(standing->range, wanted.text, spansOf(wanted));
}

// --- comparing -------------------------------------------------

bool StoryWriter::useSide(Side side) {
    if (m_activity == Activity::Comparing)
        release();
    const RunId run = m_comparison.side(side).run;
    const QString text = m_comparison.side(side).text;
    if (run == 0 || text.isEmpty())
        return false;
    release();
    if (!m_document.content().spansOfRun(run).isEmpty())
        return true;
    // Changing one's mind puts this side in the place of the other.
    const RunId other = m_comparison.side(side == Side::First ? Side::Second : Side::First).run;
    TextRange place{m_comparePosition, 0};
    if (const auto standing = attemptOfRun(m_document.content(), m_runs, other)) {
        keep(*standing);
        place = standing->range;
    }
    return m_document.replacePassage(place, text, spansOf(*m_runs.run(run)));
}

void StoryWriter::onDocumentChanged(const DocumentChange& change) {
    const TextEdit& edit = change.edit;
    if (m_comparePosition <= edit.position)
        return;
    const qsizetype end = edit.position + edit.removedLength;
    m_comparePosition = m_comparePosition >= end
                            ? m_comparePosition - edit.removedLength + edit.inserted.size()
                            : edit.position;
}

void StoryWriter::onRunsReset() {
    m_comparison.clear();
    m_comparePosition = 0;
}

} // namespace app
