// What the storage thread answers, and what is read from it for the runs.
#include "app/files/file_path.h"
#include "app/notes/scene_notes.h"
#include "app/preferences/preferences.h"
#include "app/project/autosave_journal.h"
#include "app/project/project_controller.h"
#include "app/project/storage_call.h"
#include "app/project/version_keeper.h"
#include "app/runs/run_history.h"
#include "app/statistics/writing_log.h"
#include "app/storage/project_content.h"
#include "app/storage/storage_worker.h"

#include <filesystem>

namespace app {

void ProjectController::connectStorage() {
    connect(&m_storage, &StorageWorker::opened, this, &ProjectController::switchTo);
    connect(
        &m_storage, &StorageWorker::openFailed, this,
        [this](ProjectTicket ticket, const QString& path, const QString& message, const QString& details) {
            if (ticket != m_openingTicket)
                return;
            setOpening(0);
            if (!std::filesystem::exists(toSystemPath(path)))
                m_preferences.removeRecentFile(path);
            emit openFailed(path, message, details);
        });
    connect(&m_storage, &StorageWorker::saved, this, [this](ProjectTicket project, qint64 sequence) {
        if (project == m_project && m_saveState != SaveState::ReadOnly)
            setSaveState(m_journal->isAll(sequence) ? SaveState::Saved : SaveState::Saving, QString());
    });
    connect(&m_storage, &StorageWorker::saveFailed, this,
            [this](ProjectTicket project, const QString& message) {
                if (project == m_project)
                    setSaveState(SaveState::Failing, message);
            });
    connect(&m_storage, &StorageWorker::savedAs, this,
            [this](ProjectTicket project, const QString& path, const QString& problem) {
                if (project != m_project)
                    return;
                setSavingAs(false);
                if (!m_untitledPath.isEmpty())
                    m_preferences.removeRecentFile(m_untitledPath); // it has a name now, and no other file
                m_untitledPath.clear();
                m_untitledTitle.clear();
                setPlace({}, {});
                setPath(path);
                setSaveState(problem.isEmpty() ? SaveState::Saved : SaveState::ReadOnly, problem);
                emit savedAs(path);
            });
    connect(
        &m_storage, &StorageWorker::saveAsFailed, this,
        [this](ProjectTicket project, const QString& path, const QString& message, const QString& details) {
            if (project != m_project)
                return;
            setSavingAs(false);
            emit saveAsFailed(path, message, details);
        });
    connect(&m_storage, &StorageWorker::placeChanged, this,
            [this](ProjectTicket project, const FilePlace& place, const QString& keptIn) {
                if (project != m_project)
                    return;
                setPlace(place, keptIn);
                // The next start finds the text, whatever is answered until then.
                const QString& now = place.kind == FilePlace::Kind::Gone ? keptIn : place.path;
                if (!isUntitled() || place.kind != FilePlace::Kind::AsOpened)
                    m_preferences.setLastProject(now.isEmpty() ? m_path : now);
            });
    connect(&m_storage, &StorageWorker::restWanted, this, [this](ProjectTicket project) {
        if (project != m_project)
            return;
        m_notes->storeAll();
        m_log->storeAll();
        m_journal->restoreRest();
    });
    connect(&m_storage, &StorageWorker::keptElsewhere, this,
            [this](ProjectTicket project, const QString& path) {
                if (project == m_project && m_place.kind != FilePlace::Kind::Gone)
                    setPlace(m_place, path);
            });
    connect(&m_storage, &StorageWorker::secured, this,
            [this](ProjectTicket project, bool isSecured, const QString& problem) {
                if (project == m_project)
                    emit secured(isSecured, problem);
            });
    connect(&m_storage, &StorageWorker::backupFailed, this,
            [this](ProjectTicket project, const QString& message) {
                if (project == m_project)
                    emit backupFailed(message);
            });
    connect(&m_storage, &StorageWorker::sizesRead, this,
            [this](ProjectTicket project, const ProjectSizes& sizes) {
                if (project == m_project)
                    emit sizesRead(sizes);
            });
    connect(&m_storage, &StorageWorker::exported, this, &ProjectController::exported);
    connect(&m_storage, &StorageWorker::exportFailed, this, &ProjectController::exportFailed);
    connect(&m_storage, &StorageWorker::lorebookRead, this, &ProjectController::lorebookRead);
}

// What the file keeps of runs comes when it is looked at.
void ProjectController::connectRuns() {
    connect(&m_runs, &RunHistory::storedGatesWanted, this, [this](RunId run) {
        m_journal->flush(); // what is asked for may still be on its way
        inStorage(m_storage,
                  [project = m_project, run](StorageWorker& storage) { storage.readGates(project, run); });
    });
    connect(&m_runs, &RunHistory::storedChoicesWanted, this, [this](RunId run) {
        m_journal->flush();
        inStorage(m_storage,
                  [project = m_project, run](StorageWorker& storage) { storage.readChoices(project, run); });
    });
    connect(&m_runs, &RunHistory::storedLooksWanted, this, [this](RunId run) {
        m_journal->flush();
        inStorage(m_storage,
                  [project = m_project, run](StorageWorker& storage) { storage.readLooks(project, run); });
    });
    connect(&m_runs, &RunHistory::storedChannelsWanted, this, [this](RunId run, int layer) {
        m_journal->flush();
        inStorage(m_storage, [project = m_project, run, layer](StorageWorker& storage) {
            storage.readChannels(project, run, layer);
        });
    });
    connect(&m_storage, &StorageWorker::gatesRead, this,
            [this](ProjectTicket project, RunId run, const GateFrames& gates) {
                if (project == m_project)
                    m_runs.storedGatesLoaded(run, gates);
            });
    connect(&m_storage, &StorageWorker::looksRead, this,
            [this](ProjectTicket project, RunId run, const RunLooks& looks) {
                if (project == m_project)
                    m_runs.storedLooksLoaded(run, looks);
            });
    connect(&m_storage, &StorageWorker::choicesRead, this,
            [this](ProjectTicket project, RunId run, const QList<QByteArray>& choices) {
                if (project == m_project)
                    m_runs.storedChoicesLoaded(run, choices);
            });
    connect(&m_storage, &StorageWorker::channelsRead, this,
            [this](ProjectTicket project, RunId run, const ChannelMap& map) {
                if (project == m_project)
                    m_runs.storedChannelsLoaded(run, map);
            });
}

} // namespace app
