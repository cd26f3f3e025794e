#include "app/project/autosave_journal.h"

#include "app/document/document.h"
#include "app/project/storage_call.h"
#include "app/runs/run_history.h"

#include <utility>

namespace app {

namespace {

RunRecord withoutTokens(RunRecord record) {
    record.tokens.clear(); // they have their own operations
    return record;
}

} // namespace

AutosaveJournal::AutosaveJournal(const Document& document, const RunHistory& runs, StorageWorker& storage,
                                 QObject* parent)
    : QObject(parent)
    , m_runs(runs)
    , m_storage(storage)
    , m_timer(this) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(kIntervalMs);
    connect(&m_timer, &QTimer::timeout, this, &AutosaveJournal::flush);

    connect(&document, &Document::changed, this, [this](const DocumentChange& change) { note(change.edit); });
    const auto noteRun = [this](RunId id) {
        if (const RunRecord* run = m_runs.run(id))
            note(RunChanged{withoutTokens(*run)});
    };
    connect(&runs, &RunHistory::runAdded, this, noteRun);
    connect(&runs, &RunHistory::runDescribed, this, noteRun);
    connect(&runs, &RunHistory::runFinished, this, noteRun);
    connect(&runs, &RunHistory::runGrew, this,
            [this](RunId run, const QString& text, const QList<RunToken>& tokens, const GateFrames& gates) {
                note(RunGrown{run, text, tokens, gates});
            });
}

void AutosaveJournal::note(ProjectOperation operation) {
    if (m_project == 0)
        return;
    m_operations.append(std::move(operation));
    // Started once for all that comes until it fires: nothing waits longer than the interval.
    if (!m_timer.isActive())
        m_timer.start();
    emit noted();
}

void AutosaveJournal::notePlace(const EditingPlace& place) {
    if (m_project != 0)
        m_place = place;
}

void AutosaveJournal::flushAll() {
    if (m_place)
        m_operations.append(PlaceChanged{*std::exchange(m_place, std::nullopt)});
    flush();
}

void AutosaveJournal::flush() {
    m_timer.stop();
    if (m_operations.isEmpty())
        return;
    if (m_place)
        m_operations.append(PlaceChanged{*std::exchange(m_place, std::nullopt)});
    inStorage(m_storage,
              [project = m_project, operations = std::exchange(m_operations, {}), sequence = ++m_sequence](
                  StorageWorker& storage) { storage.append(project, operations, sequence); });
}

} // namespace app
