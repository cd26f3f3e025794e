#include "app/storage/storage_worker.h"

#include "app/exchange/story_files.h"
#include "app/files/file_path.h"
#include "app/reading/lorebook_file.h"
#include "app/storage/file_replacement.h"
#include "app/storage/story_import.h"
#include "app/storage/tables/project_schema.h"
#include "app/storage/text_import.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QFileInfo>

#include <utility>

namespace app {

namespace {

constexpr auto kSuffix = "inkgate";

QStringList orDefault(const QStringList& folders, const QString& dataFolder) {
    return folders.isEmpty()
               ? QStringList{QFileInfo(dataFolder).absoluteFilePath() + QStringLiteral("/recovered")}
               : folders;
}

} // namespace

StorageWorker::StorageWorker(const QString& dataFolder, const QStringList& recoveryFolders, QObject* parent)
    : QObject(parent)
    , m_untitled(dataFolder)
    , m_recoveryFolders(orDefault(recoveryFolders, dataFolder))
    , m_recovery(m_recoveryFolders)
    , m_backups(dataFolder)
    , m_backupTimer(this)
    , m_trimTimer(this)
    , m_retry(this) {
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &StorageWorker::write);
    m_backupTimer.setSingleShot(true);
    connect(&m_backupTimer, &QTimer::timeout, this, &StorageWorker::backUp);
    m_trimTimer.setSingleShot(true);
    connect(&m_trimTimer, &QTimer::timeout, this, &StorageWorker::trimGates);
}

StorageWorker::~StorageWorker() = default;

void StorageWorker::offer(ProjectTicket ticket, StorageResult<OpenFile> file, const QString& path,
                          const Opening& about, bool isStart) {
    auto content = file ? (*file)->read() : failure(file.error());
    if (!content) {
        emit openFailed(ticket, path, content.error().message, content.error().details);
        return;
    }
    const bool isRecovered = m_recoveryFolders.contains(content->path);
    content->isUntitled = content->path.isEmpty() || isRecovered || m_untitled.contains(content->path);
    if (isRecovered)
        content->title = QFileInfo(content->path).completeBaseName();
    else
        content->title = about.title;
    content->details = about.details;
    content->notice = about.notice.isEmpty() ? (*file)->notice() : about.notice;
    if (isRecovered && content->notice.isEmpty())
        content->notice = tr("This is a copy that Inkgate recovered. Save it under a name of your own.");
    if (isStart) {
        content->recovered =
            m_recoveryFolders.existing(); // the one that is being opened is left out, as it is held
    }
    m_candidate = std::move(*file);
    m_candidateTicket = ticket;
    emit opened(ticket, *content);
}

StorageResult<StorageWorker::OpenFile> StorageWorker::createUntitled(const SpannedText& text) {
    auto file = ProjectFile::create(m_untitled.newPath(), text);
    if (file)
        return file;
    return ProjectFile::createInMemory(text, tr("Inkgate cannot write to its data folder, so nothing is "
                                                "saved. Save the story under a name of your own."));
}

StorageResult<StorageWorker::OpenFile> StorageWorker::createFromText(const QString& path, Opening& about) {
    const auto story = importStory(path);
    if (!story)
        return failure(story.error());
    about = {story->notice, story->title, story->details};
    return createUntitled(SpannedText(story->text, Origin::Imported));
}

StorageResult<StorageWorker::OpenFile> StorageWorker::openAny(const QString& path, Opening& about) {
    // A file that is called a project and is none is said to be none, instead of being shown as a text.
    const bool isProject = checkProjectHeader(path).has_value() ||
                           QFileInfo(path).suffix().compare(QLatin1String(kSuffix), Qt::CaseInsensitive) == 0;
    // Of a backup a copy is opened, so that it stays what it is.
    if (isProject && ProjectBackups::isBackup(path))
        return openBackup(path, about.notice);
    return isProject ? ProjectFile::open(path) : createFromText(path, about);
}

StorageResult<StorageWorker::OpenFile> StorageWorker::openBackup(const QString& path, QString& notice) {
    auto backup = ProjectFile::openCopy(path); // one of an earlier version stays one
    if (!backup)
        return backup;
    const QString copy = m_untitled.newPath();
    if (auto done = (*backup)->copyTo(copy); !done)
        return failure(done.error());
    notice = tr("This is a copy of the backup %1. Save it under a name of your own.")
                 .arg(QFileInfo(readablePath(path)).completeBaseName());
    return ProjectFile::open(copy);
}

void StorageWorker::openAtStart(ProjectTicket ticket, const StartPlan& plan) {
    Opening about;
    QString& notice = about.notice;
    if (!plan.file.isEmpty()) {
        auto file = openAny(plan.file, about);
        if (file) {
            offer(ticket, std::move(file), plan.file, about, true);
            return;
        }
        notice = file.error().message;
    }
    if (!plan.lastProject.isEmpty() && plan.lastProject != plan.file) {
        auto file = ProjectFile::open(plan.lastProject);
        if (file) {
            offer(ticket, std::move(file), plan.lastProject, about, true);
            return;
        }
        if (notice.isEmpty())
            notice = file.error().message;
    }
    for (const QString& path : m_untitled.existing()) {
        // One that another Inkgate has open, or that is damaged, is left alone.
        if (auto file = ProjectFile::open(path)) {
            offer(ticket, std::move(file), path, about, true);
            return;
        }
    }
    offer(ticket, createUntitled(SpannedText(plan.sampleStory, Origin::Imported)), QString(), about, true);
}

void StorageWorker::openNew(ProjectTicket ticket) { offer(ticket, createUntitled(SpannedText()), QString()); }

void StorageWorker::openFile(ProjectTicket ticket, const QString& path) {
    Opening about;
    auto file = openAny(path, about);
    offer(ticket, std::move(file), path, about);
}

void StorageWorker::openText(ProjectTicket ticket, const QString& path) {
    Opening about;
    auto file = createFromText(path, about);
    offer(ticket, std::move(file), path, about);
}

void StorageWorker::adopt(ProjectTicket ticket) {
    if (ticket != m_candidateTicket || !m_candidate)
        return;
    write();
    closeCurrent();
    m_current = std::move(m_candidate);
    m_project = std::exchange(m_candidateTicket, 0);
    m_unsaved.clear();
    m_place = {};
    m_keptIn.clear();
    m_hasChanged = false;
    m_isRestAwaited = false;
    m_backups.beginSession();
    m_isBackupProblemTold = false;
    watchFolder();
}

void StorageWorker::discard(ProjectTicket ticket) {
    if (ticket == m_candidateTicket) {
        m_candidate.reset();
        m_candidateTicket = 0;
    }
}

void StorageWorker::closeCurrent() {
    if (!m_current)
        return;
    // An untitled project that never got a word would only be in the way at the next start.
    const QString leftover =
        m_current->isEmpty() && m_untitled.contains(m_current->path()) ? m_current->path() : QString();
    m_trimTimer.stop();
    m_current->compact();
    m_current.reset();
    m_recovery.leave();
    if (!leftover.isEmpty())
        removeDatabaseFiles(leftover);
}

void StorageWorker::discardRecovered(const QString& path) {
    if (m_recoveryFolders.contains(path))
        QFile::moveToTrash(path);
}

void StorageWorker::exportStory(const QString& path, StoryFormat format, const QString& text,
                                const StoryDetails& details) {
    if (const auto bytes = writeStoryFile(format, text, details, QDateTime::currentDateTimeUtc()))
        exportBytes(path, *bytes);
    else
        emit exportFailed(path,
                          tr("There is not enough memory to write “%1”. Close other programs and try again.")
                              .arg(readableName(path)),
                          {});
}

void StorageWorker::exportBytes(const QString& path, const QByteArray& bytes) {
    if (const auto done = writeWholeFile(path, bytes); !done)
        emit exportFailed(path, done.error().message, done.error().details);
    else
        emit exported(path);
}

void StorageWorker::readLorebook(const QString& path) {
    const QString name = readableName(path);
    const auto bytes = readWholeFile(path, kMostLorebookBytes);
    if (!bytes) {
        emit lorebookRead(path, {}, {}, bytes.error().message);
        return;
    }
    const auto read = app::readLorebook(*bytes, name);
    if (read)
        emit lorebookRead(path, read->book, read->notice, {});
    else
        emit lorebookRead(path, {}, {}, read.error());
}

void StorageWorker::readGates(ProjectTicket project, RunId run) {
    if (project != m_project || !m_current)
        return;
    const auto gates = m_current->readGates(run);
    emit gatesRead(project, run, gates ? *gates : GateFrames());
}

void StorageWorker::readChannels(ProjectTicket project, RunId run, int layer) {
    if (project != m_project || !m_current)
        return;
    const auto map = m_current->readChannels(run, layer);
    emit channelsRead(project, run, map ? *map : ChannelMap{layer, 0, 0, {}});
}

void StorageWorker::readChoices(ProjectTicket project, RunId run) {
    if (project != m_project || !m_current)
        return;
    const auto choices = m_current->readChoices(run);
    emit choicesRead(project, run, choices ? *choices : QList<QByteArray>());
}

void StorageWorker::readLooks(ProjectTicket project, RunId run) {
    if (project != m_project || !m_current)
        return;
    const auto looks = m_current->readLooks(run);
    emit looksRead(project, run, looks ? *looks : RunLooks());
}

void StorageWorker::readSizes(ProjectTicket project) {
    if (project != m_project || !m_current)
        return;
    if (const auto sizes = m_current->readSizes())
        emit sizesRead(project, *sizes);
}

void StorageWorker::readVersions(ProjectTicket project) {
    if (project != m_project || !m_current)
        return;
    auto list = m_current->readVersions();
    VersionList answer = list ? std::move(*list) : VersionList();
    if (!list)
        answer.problem = list.error().message;
    else if (answer.damaged > 0)
        answer.problem =
            tr("%n damaged version(s) cannot be shown; the others are whole.", nullptr, answer.damaged);
    emit versionsRead(project, answer);
}

void StorageWorker::readVersion(ProjectTicket project, VersionId version) {
    if (project != m_project || !m_current)
        return;
    const auto text = m_current->readVersion(version);
    if (!text)
        emit versionRead(project, version, VersionText{{}, false}, text.error().message);
    else
        emit versionRead(project, version, *text,
                         text->isWhole ? QString()
                                       : tr("A part of this version is damaged and is missing here."));
}

} // namespace app
