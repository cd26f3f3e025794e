// Where the words go: into the project's file, wherever it is now, or into a copy in another place.
#include "app/storage/storage_worker.h"

#include "app/files/file_path.h"
#include "app/storage/file_replacement.h"

#include <QDateTime>
#include <QFileInfo>
#include <QFileSystemWatcher>

#include <utility>

namespace app {

namespace {

constexpr int kRetryMs = 2000;
constexpr int kSettlingMs = 100;
constexpr int kTrimMs = 500;
constexpr int kBackupMs = 1000; // words that come meanwhile are saved first

} // namespace

void StorageWorker::append(ProjectTicket project, const QList<ProjectOperation>& operations,
                           qint64 sequence) {
    if (project != m_project)
        return;
    m_unsaved += operations;
    if (m_isRestAwaited)
        m_unsaved.removeIf(isOfRuns);
    m_sequence = sequence;
    write();
}

void StorageWorker::beginRest(ProjectTicket project) {
    if (project == m_project)
        m_isRestAwaited = false;
}

void StorageWorker::secure(ProjectTicket project) {
    if (project != m_project)
        return;
    const bool isSecured = write();
    emit secured(project, isSecured, isSecured ? QString() : m_problem);
}

bool StorageWorker::write() {
    m_retry.stop();
    if (!m_current)
        return true;
    m_problem.clear();
    m_hasChanged = m_hasChanged || !m_unsaved.isEmpty();
    const bool isPlaced = settlePlace();
    const bool isSecured = (m_current->isOnDisk() ? writeOnDisk(isPlaced) : writeProtected()) && isPlaced;
    if (!isSecured || !m_unsaved.isEmpty())
        m_retry.start(kRetryMs);
    watchFolder();
    return isSecured;
}

// Told of what happens to names in the folder, the file is looked for without waiting for the next word. Our
// own saves change no name.
void StorageWorker::watchFolder() {
    const QString folder = m_current && m_current->isOnDisk() && m_place.kind == FilePlace::Kind::AsOpened &&
                                   !hasForeignBytes(m_current->path())
                               ? QFileInfo(m_current->path()).absolutePath()
                               : QString();
    if (!m_watcher) { // here, so that it lives in this thread
        m_watcher = new QFileSystemWatcher(this);
        connect(m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] {
            if (!m_retry.isActive())
                m_retry.start(kSettlingMs); // whoever moves files is seldom done with the first name
        });
    }
    if (m_watcher->directories() == QStringList{folder})
        return;
    if (!m_watcher->directories().isEmpty())
        m_watcher->removePaths(m_watcher->directories());
    if (!folder.isEmpty())
        m_watcher->addPath(folder);
}

bool StorageWorker::settlePlace() {
    const FilePlace place = m_current->place();
    if (place.kind != FilePlace::Kind::Gone) {
        if (place != m_place) {
            m_place = place;
            emit placeChanged(m_project, place, QString());
        }
        return true;
    }
    auto copy = m_recovery.copyOf(*m_current, m_unsaved);
    if (!copy) {
        m_problem = tr("%1 was deleted while it was open, and nothing could be written elsewhere. Save the "
                       "story under "
                       "another name.")
                        .arg(readableName(m_current->path()));
        emit saveFailed(m_project, m_problem, copy.error().details);
        return false;
    }
    m_current = std::move(copy->file);
    m_place = {};
    emit placeChanged(m_project, place, m_current->path());
    if (copy->isTextAlone) {
        m_isRestAwaited = true;
        m_unsaved.removeIf(isOfRuns);
        emit restWanted(m_project);
    }
    return true;
}

bool StorageWorker::writeOnDisk(bool isPlaced) {
    auto done = m_unsaved.isEmpty() ? StorageResult<void>() : m_current->append(m_unsaved);
    if (!done && m_unsaved.removeIf([](const ProjectOperation& operation) {
            const auto* version = std::get_if<VersionKept>(&operation);
            return std::holds_alternative<StatesChanged>(operation) ||
                   (version != nullptr && version->cause != VersionCause::Named);
        }) > 0)
        done = m_current->append(m_unsaved); // the text before anything that can be done without
    if (!done) {
        const bool isKept = keepElsewhere();
        m_problem = done.error().message;
        emit saveFailed(m_project, m_problem, done.error().details);
        return isKept;
    }
    noteGates();
    m_unsaved.clear();
    m_recovery.forgetWaiting();
    if (!isPlaced)
        return false;
    m_recovery.remove();
    if (!std::exchange(m_keptIn, {}).isEmpty())
        emit keptElsewhere(m_project, QString());
    emit saved(m_project, m_sequence);
    if (m_hasChanged && !m_backupTimer.isActive() && m_backups.isDue(QDateTime::currentDateTimeUtc()))
        m_backupTimer.start(kBackupMs);
    return true;
}

void StorageWorker::noteGates() {
    for (const ProjectOperation& operation : std::as_const(m_unsaved)) {
        const auto* const run = std::get_if<RunChanged>(&operation);
        if (std::holds_alternative<GateBudgetChanged>(operation) ||
            (run != nullptr && run->record.isFinished))
            m_trimTimer.start(kTrimMs);
    }
}

// One step at a time: what is written meanwhile comes between them.
void StorageWorker::trimGates() {
    if (!m_current || !m_current->isOnDisk() || m_place.kind != FilePlace::Kind::AsOpened)
        return;
    const auto isMore = m_current->trimGates();
    if (isMore && *isMore)
        m_trimTimer.start(0);
    else
        readSizes(m_project);
}

void StorageWorker::backUp() {
    if (!m_current || !m_current->isOnDisk() || m_place.kind != FilePlace::Kind::AsOpened ||
        m_recoveryFolders.contains(m_current->path()) || m_current->text().size() == 0)
        return;
    const auto made =
        m_backups.make(*m_current, m_untitled.contains(m_current->path()), QDateTime::currentDateTimeUtc());
    if (!made && !std::exchange(m_isBackupProblemTold, true))
        emit backupFailed(m_project, made.error().message);
}

// The project is a copy that goes when it is closed, so what was changed is kept in another one from the
// first word.
bool StorageWorker::writeProtected() {
    const bool isKept = !m_hasChanged || keepElsewhere();
    if (!isKept)
        m_problem = m_current->problem();
    if (const auto done = m_unsaved.isEmpty() ? StorageResult<void>() : m_current->append(m_unsaved); !done) {
        emit saveFailed(m_project, done.error().message, done.error().details);
        return isKept;
    }
    m_unsaved.clear();
    m_recovery.forgetWaiting();
    if (!isKept)
        m_recovery.remove(); // it lacks something; the next one is made of all
    emit saved(m_project, m_sequence);
    return isKept;
}

bool StorageWorker::keepElsewhere() {
    const bool isKept = m_recovery.keep(*m_current, m_unsaved);
    if (m_recovery.path() != m_keptIn) {
        m_keptIn = m_recovery.path();
        emit keptElsewhere(m_project, m_keptIn);
    }
    return isKept;
}

void StorageWorker::saveAs(ProjectTicket project, const QString& path) {
    if (project != m_project || !m_current)
        return;
    const auto fail = [&](const StorageProblem& problem) {
        emit saveAsFailed(project, path, problem.message, problem.details);
    };
    // On a full disk the new place may be another one, so the waiting operations need not be in the old file.
    const bool isComplete = m_unsaved.isEmpty() || m_current->append(m_unsaved).has_value();
    if (isComplete)
        m_unsaved.clear();
    if (m_current->isAt(path)) { // it was renamed so
        m_current->setPath(path);
    } else {
        auto copied = m_current->copyTo(path);
        if (!copied && m_recovery.copyTo(path)) { // the old disk may be gone
            m_unsaved.clear();
            copied = {};
        }
        if (!copied)
            return fail(copied.error());
        auto file = ProjectFile::open(path);
        if (!file)
            return fail(file.error());
        const QString old = m_current->path();
        m_current = std::move(*file);
        if (m_untitled.contains(old) || m_recoveryFolders.contains(old))
            removeDatabaseFiles(old);
    }
    m_place = {};
    m_hasChanged = false;
    write();
    emit savedAs(project, path, m_current->problem());
}

void StorageWorker::follow(ProjectTicket project, const QString& path) {
    if (project != m_project || !m_current || !m_current->isAt(path))
        return;
    m_current->setPath(path);
    m_place = {};
}

StorageWorker::Ending StorageWorker::close() {
    Ending ending;
    ending.isSecured = write();
    if (m_current && m_current->isOnDisk())
        ending.path = m_place.kind == FilePlace::Kind::Moved ? m_place.path : m_current->path();
    if (m_untitled.contains(ending.path))
        ending.path.clear();
    m_retry.stop();
    m_candidate.reset();
    closeCurrent();
    m_project = 0;
    return ending;
}

} // namespace app
