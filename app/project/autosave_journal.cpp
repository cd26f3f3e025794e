#include "app/project/autosave_journal.h"

#include "app/document/document.h"
#include "app/project/storage_call.h"
#include "app/reading/story_reading.h"
#include "app/runs/run_history.h"

#include <QDateTime>

#include <algorithm>
#include <limits>
#include <utility>

namespace app {

namespace {

constexpr qsizetype kTokensRestored = 4000; // at a time: some ten milliseconds of writing

RunRecord withoutTokens(RunRecord record) {
    record.tokens.clear(); // they have their own operations
    return record;
}

// What the writer types comes alone; other operations come in groups that are saved together or not at all.
bool isTyped(const ProjectOperation& operation) {
    const auto* edit = std::get_if<TextEdit>(&operation);
    return edit != nullptr && !edit->insertedSpans.isEmpty() &&
           std::all_of(edit->insertedSpans.begin(), edit->insertedSpans.end(),
                       [](const Span& span) { return span.origin == Origin::Typed; });
}

} // namespace

AutosaveJournal::AutosaveJournal(Document& document, const RunHistory& runs, const StoryReading& reading,
                                 StorageWorker& storage, QObject* parent)
    : QObject(parent)
    , m_document(document)
    , m_runs(runs)
    , m_reading(reading)
    , m_storage(storage)
    , m_timer(this) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(kIntervalMs);
    connect(&m_timer, &QTimer::timeout, this, &AutosaveJournal::flush);

    connect(&document, &Document::changed, this, [this](const DocumentChange& change) {
        if (const auto cause = m_pace.due(QDateTime::currentMSecsSinceEpoch()))
            keepVersion(*cause, QString());
        note(change.edit);
    });
    connect(&reading, &StoryReading::changed, this, [this] {
        // The last state is all that counts.
        m_operations.removeIf([](const ProjectOperation& operation) {
            return std::holds_alternative<ReadingChanged>(operation);
        });
        note(ReadingChanged{m_reading.settings()});
    });
    const auto noteRun = [this](RunId id) {
        if (const RunRecord* run = m_runs.run(id); run != nullptr && !restoreNow(id))
            note(RunChanged{withoutTokens(*run)});
    };
    connect(&runs, &RunHistory::runAdded, this, noteRun);
    connect(&runs, &RunHistory::runDescribed, this, noteRun);
    connect(&runs, &RunHistory::runFinished, this, noteRun);
    connect(&runs, &RunHistory::attemptChanged, this, noteRun);
    connect(&runs, &RunHistory::runGrew, this,
            [this](RunId run, const QString& text, const QList<RunToken>& tokens, const GateFrames& gates,
                   const QList<QByteArray>& choices) {
                if (!restoreNow(run))
                    note(RunGrown{run, text, tokens, gates, choices});
            });
    connect(&runs, &RunHistory::runLooked, this,
            [this](RunId run, const ReadChunks& read, qsizetype first, const QList<QByteArray>& tokens) {
                if (!restoreNow(run))
                    note(RunLooked{run, read, first, tokens});
            });
}

void AutosaveJournal::note(ProjectOperation operation) {
    if (m_project == 0)
        return;
    const bool isKey = isTyped(operation);
    m_operations.append(std::move(operation));
    startTimer();
    // On a busy machine keys may come so fast that no timer gets its turn between them.
    if (isKey && m_waiting.hasExpired(kIntervalMs))
        flush();
}

// Once for all that comes until it fires: nothing waits longer than the interval.
void AutosaveJournal::startTimer() {
    if (!m_timer.isActive()) {
        m_timer.start();
        m_waiting.start();
    }
    emit noted();
}

void AutosaveJournal::wake() {
    if (m_project != 0)
        startTimer();
}

void AutosaveJournal::takeFromNotebook() {
    if (m_project == 0 || !m_notebook)
        return;
    if (NotebookChanged changes = m_notebook(); changes.notes || !changes.days.isEmpty())
        m_operations.append(std::move(changes));
}

void AutosaveJournal::keepVersion(VersionCause cause, const QString& name) {
    const QDateTime now = QDateTime::currentDateTimeUtc();
    m_pace.noteKept(now.toMSecsSinceEpoch());
    note(VersionKept{cause, name, now});
}

void AutosaveJournal::notePlace(const EditingPlace& place) {
    if (m_project != 0)
        m_place = place;
}

void AutosaveJournal::restoreRest() {
    inStorage(m_storage, [project = m_project](StorageWorker& storage) { storage.beginRest(project); });
    m_operations.removeIf(isOfRuns); // they are restored whole
    note(ReadingChanged{m_reading.settings()});
    m_toRestore = m_runs.runs();
    flush();
}

void AutosaveJournal::takeRuns(qsizetype tokens) {
    qsizetype taken = 0;
    qsizetype count = 0;
    while (count < m_toRestore.size() && taken < tokens) {
        const RunId id = m_toRestore[count++];
        const RunRecord* const run = m_runs.run(id);
        if (run == nullptr)
            continue;
        taken += std::max<qsizetype>(run->tokens.size(), 1);
        noteWhole(*run);
    }
    m_toRestore.remove(0, count);
}

bool AutosaveJournal::restoreNow(RunId id) {
    if (m_toRestore.removeAll(id) == 0)
        return false;
    noteWhole(*m_runs.run(id));
    startTimer();
    return true;
}

void AutosaveJournal::noteWhole(const RunRecord& run) {
    m_operations.append(RunRestored{run, m_runs.packedChoices(run.id)});
    if (const RunLooks* const looks = m_runs.looks(run.id))
        m_operations.append(RunLooked{run.id, looks->read, 0, looks->tokens});
}

void AutosaveJournal::flushAll() {
    if (m_place)
        m_operations.append(PlaceChanged{*std::exchange(m_place, std::nullopt)});
    takeRuns(std::numeric_limits<qsizetype>::max());
    flush();
}

void AutosaveJournal::flush() {
    m_timer.stop();
    takeFromNotebook();
    takeRuns(kTokensRestored);
    if (m_operations.isEmpty())
        return;
    // In one commit with the edits that it belongs to.
    if (auto history = m_document.takeHistoryChange())
        m_operations.append(std::move(*history));
    if (m_place)
        m_operations.append(PlaceChanged{*std::exchange(m_place, std::nullopt)});
    inStorage(m_storage,
              [project = m_project, operations = std::exchange(m_operations, {}), sequence = ++m_sequence](
                  StorageWorker& storage) { storage.append(project, operations, sequence); });
    if (!m_toRestore.isEmpty())
        startTimer();
}

} // namespace app
