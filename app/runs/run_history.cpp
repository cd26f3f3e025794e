#include "app/runs/run_history.h"

#include "app/document/document.h"

#include <algorithm>

namespace app {

namespace {

// Runs of earlier sessions whose summaries stay in memory after they were looked at.
constexpr qsizetype kLoadedRuns = 8;

// What was read back of a run, beside what is in memory of this session's runs. `loaded`: those that were
// read back, the first to go first.
template <class Kept>
void keepLastLoaded(QHash<RunId, Kept>& kept, QList<RunId>& loaded, RunId id, const Kept& value) {
    kept.insert(id, value);
    loaded.append(id);
    while (loaded.size() > kLoadedRuns)
        kept.remove(loaded.takeFirst());
}

} // namespace

RunHistory::RunHistory(const Document& document, QObject* parent)
    : QObject(parent)
    , m_document(document) {}

const RunRecord* RunHistory::run(RunId id) const {
    const auto found = m_runs.constFind(id);
    return found == m_runs.constEnd() ? nullptr : &*found;
}

QList<RunId> RunHistory::attempts(RunId id) const {
    const RunRecord* const record = run(id);
    return record == nullptr ? QList<RunId>() : m_chains.value(record->attemptOf);
}

void RunHistory::setCurrentRun(RunId id) {
    if (id == m_current || (id != 0 && !m_runs.contains(id)))
        return;
    m_current = id;
    emit currentRunChanged(id);
}

void RunHistory::setCurrentToStanding() {
    RunId newest = 0;
    for (const Span& span : m_document.content().spans())
        newest = std::max(newest, span.run);
    setCurrentRun(newest != 0 ? newest : m_current);
}

const GateFrames* RunHistory::gates(RunId id) const {
    const auto found = m_gates.constFind(id);
    return found == m_gates.constEnd() ? nullptr : &*found;
}

bool RunHistory::hasGates(RunId id) const { return m_gates.contains(id) || m_stored.contains(id); }

void RunHistory::loadGates(RunId id) {
    if (!m_gates.contains(id) && m_stored.contains(id)) {
        emit storedGatesWanted(id);
        return;
    }
    if (m_loaded.removeOne(id))
        m_loaded.append(id);
    emit gatesReady(id);
}

void RunHistory::requestChannels(RunId id, int layer) {
    const auto found = m_gates.constFind(id);
    if (found != m_gates.constEnd() && found->hasChannels())
        emit channelsReady(id, channelsOfLayer(*found, layer));
    else if (m_stored.contains(id))
        emit storedChannelsWanted(id, layer);
    else
        emit channelsReady(id, ChannelMap{layer, 0, 0, {}});
}

std::optional<TokenChoices> RunHistory::choices(RunId id, int token) const {
    const QList<QByteArray> packed = m_choices.value(id);
    return token >= 0 && token < packed.size() ? unpackChoices(packed[token]) : std::nullopt;
}

void RunHistory::loadChoices(RunId id) {
    const RunRecord* const record = run(id);
    if (!m_choices.contains(id) && record != nullptr && record->options.recordChoices)
        emit storedChoicesWanted(id);
    else
        emit choicesReady(id);
}

const RunLooks* RunHistory::looks(RunId id) const {
    const auto found = m_looks.constFind(id);
    return found == m_looks.constEnd() ? nullptr : &*found;
}

void RunHistory::loadLooks(RunId id) {
    const RunRecord* const record = run(id);
    if (!m_looks.contains(id) && record != nullptr && record->model.hasSparseBlocks())
        emit storedLooksWanted(id);
    else
        emit looksReady(id);
}

std::optional<RunHistory::TokenPlace> RunHistory::tokenAt(qsizetype documentPosition) const {
    const auto placed = m_document.content().spanAt(documentPosition);
    if (!placed || placed->span.origin != Origin::Generated)
        return std::nullopt;
    const RunRecord* record = run(placed->span.run);
    if (!record)
        return std::nullopt;
    const int token = record->tokenAt(placed->span.runOffset + documentPosition - placed->position);
    if (token < 0 || !rangeOf(record->id, token))
        return std::nullopt;
    return TokenPlace{record->id, token};
}

std::optional<TextRange> RunHistory::rangeOf(RunId id, int token) const {
    const RunRecord* record = run(id);
    if (!record || token < 0 || token >= record->tokens.size())
        return std::nullopt;
    return m_document.content().placeOf(id, record->tokens[token].start, record->tokens[token].end);
}

void RunHistory::packAwayChannels() {
    for (auto entry = m_gates.begin(); entry != m_gates.end(); ++entry) {
        if (m_runs.value(entry.key()).isFinished && entry->hasChannels()) {
            entry->channelCodes.clear();
            m_stored.insert(entry.key());
        }
    }
}

void RunHistory::insert(const RunRecord& record) {
    Q_ASSERT(record.id == nextId());
    m_lastId = record.id;
    m_order.append(record.id);
    m_chains[record.attemptOf].append(record.id);
    m_runs.insert(record.id, record);
    emit runAdded(record.id);
}

void RunHistory::add(const RunRecord& record) {
    packAwayChannels();
    insert(record);
    setCurrentRun(record.id);
}

void RunHistory::addChangedVersion(const RunRecord& record) {
    Q_ASSERT(record.isChangedVersion());
    insert(record);
}

void RunHistory::describe(RunId id, const ModelInfo& model, const Prompt& prompt, int promptTokens,
                          double promptSeconds) {
    const auto record = m_runs.find(id);
    if (record == m_runs.end())
        return;
    record->model = model;
    record->setPrompt(prompt);
    record->promptTokens = promptTokens;
    record->timings.promptSeconds = promptSeconds;
    emit runDescribed(id);
}

void RunHistory::append(RunId id, const QString& text, const QList<RunToken>& tokens, const GateFrames& gates,
                        const QList<QByteArray>& choices) {
    const auto record = m_runs.find(id);
    if (record == m_runs.end())
        return;
    record->text += text;
    record->tokens += tokens;
    record->timings.tokens = static_cast<int>(record->tokens.size());
    if (gates.tokenCount() > 0)
        m_gates[id].append(gates);
    if (!choices.isEmpty())
        m_choices[id] += choices;
    emit runGrew(id, text, tokens, gates, choices);
}

void RunHistory::addLooks(RunId id, const ReadChunks& read, const QList<QByteArray>& tokens) {
    if (!m_runs.contains(id) || (read.isEmpty() && tokens.isEmpty()))
        return;
    RunLooks& looks = m_looks[id];
    if (!read.isEmpty())
        looks.read = read;
    const qsizetype first = looks.tokens.size();
    looks.tokens += tokens;
    emit runLooked(id, read, first, tokens);
}

void RunHistory::finish(RunId id, OutcomeKind outcome, EndReason reason, const SideTimings& timings,
                        const QString& failure) {
    const auto record = m_runs.find(id);
    if (record == m_runs.end() || record->isFinished)
        return;
    record->isFinished = true;
    record->outcome = outcome;
    record->endReason = reason;
    record->timings = timings;
    record->failure = failure;
    emit runFinished(id);
}

void RunHistory::setName(RunId id, const QString& name) {
    const auto record = m_runs.find(id);
    if (record == m_runs.end() || record->name == name)
        return;
    record->name = name;
    emit attemptChanged(id);
}

void RunHistory::setDeleted(RunId id, bool isDeleted) {
    const auto record = m_runs.find(id);
    if (record == m_runs.end() || record->isDeleted == isDeleted)
        return;
    record->isDeleted = isDeleted;
    emit attemptChanged(id);
}

void RunHistory::reset(const QList<RunRecord>& records, const QList<RunId>& withStoredGates) {
    m_runs.clear();
    m_order.clear();
    m_chains.clear();
    m_gates.clear();
    m_loaded.clear();
    m_choices.clear();
    m_loadedChoices.clear();
    m_looks.clear();
    m_loadedLooks.clear();
    m_stored = QSet<RunId>(withStoredGates.begin(), withStoredGates.end());
    m_lastId = 0;
    for (const RunRecord& record : records) {
        m_runs.insert(record.id, record);
        m_order.append(record.id);
        m_chains[record.attemptOf].append(record.id);
        m_lastId = std::max(m_lastId, record.id);
    }
    m_current = m_order.isEmpty() ? 0 : m_runs[m_order.last()].writtenBy();
    emit wasReset();
    emit currentRunChanged(m_current);
}

void RunHistory::storedGatesLoaded(RunId id, const GateFrames& gates) {
    if (!m_runs.contains(id) || m_gates.contains(id))
        return;
    if (gates.tokenCount() > 0) {
        keepLastLoaded(m_gates, m_loaded, id, gates);
    } else {
        m_stored.remove(id); // could not be read; asking again would not help
    }
    emit gatesReady(id);
}

void RunHistory::storedChoicesLoaded(RunId id, const QList<QByteArray>& choices) {
    if (!m_runs.contains(id) || m_choices.contains(id))
        return;
    keepLastLoaded(m_choices, m_loadedChoices, id, choices); // none, too: asking again would not help
    emit choicesReady(id);
}

void RunHistory::storedLooksLoaded(RunId id, const RunLooks& looks) {
    if (!m_runs.contains(id) || m_looks.contains(id))
        return;
    keepLastLoaded(m_looks, m_loadedLooks, id, looks); // none, too: asking again would not help
    emit looksReady(id);
}

void RunHistory::storedChannelsLoaded(RunId id, const ChannelMap& map) {
    if (m_runs.contains(id))
        emit channelsReady(id, map);
}

} // namespace app
