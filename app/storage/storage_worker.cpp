#include "app/storage/storage_worker.h"

#include "app/storage/file_replacement.h"
#include "app/storage/text_import.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <utility>

namespace app {

namespace {

constexpr int kRetryMs = 2000;
constexpr auto kSuffix = "inkgate";

} // namespace

StorageWorker::StorageWorker(const QString& dataFolder, QObject* parent)
    : QObject(parent)
    , m_untitled(dataFolder)
    , m_retry(this) {
    m_retry.setInterval(kRetryMs);
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &StorageWorker::write);
}

StorageWorker::~StorageWorker() = default;

void StorageWorker::offer(ProjectTicket ticket, StorageResult<OpenFile> file, const QString& path,
                          const QString& notice) {
    auto content = file ? (*file)->read() : tl::unexpected(file.error());
    if (!content) {
        emit openFailed(ticket, path, content.error().message, content.error().details);
        return;
    }
    content->isUntitled = content->path.isEmpty() || m_untitled.contains(content->path);
    content->notice = notice;
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

StorageResult<StorageWorker::OpenFile> StorageWorker::createFromText(const QString& path) {
    const auto text = readTextFile(path);
    if (!text)
        return tl::unexpected(text.error());
    return createUntitled(SpannedText(*text, Origin::Imported));
}

StorageResult<StorageWorker::OpenFile> StorageWorker::openAny(const QString& path) {
    const bool isProject = QFileInfo(path).suffix().compare(QLatin1String(kSuffix), Qt::CaseInsensitive) == 0;
    return isProject ? ProjectFile::open(path) : createFromText(path);
}

void StorageWorker::openAtStart(ProjectTicket ticket, const StartPlan& plan) {
    QString notice;
    if (!plan.file.isEmpty()) {
        auto file = openAny(plan.file);
        if (file) {
            offer(ticket, std::move(file), plan.file);
            return;
        }
        notice = file.error().message;
    }
    if (!plan.lastProject.isEmpty() && plan.lastProject != plan.file) {
        auto file = ProjectFile::open(plan.lastProject);
        if (file) {
            offer(ticket, std::move(file), plan.lastProject, notice);
            return;
        }
        if (notice.isEmpty())
            notice = file.error().message;
    }
    for (const QString& path : m_untitled.existing()) {
        // One that another Inkgate has open, or that is damaged, is left alone.
        if (auto file = ProjectFile::open(path)) {
            offer(ticket, std::move(file), path, notice);
            return;
        }
    }
    offer(ticket, createUntitled(SpannedText(plan.sampleStory, Origin::Imported)), QString(), notice);
}

void StorageWorker::openProject(ProjectTicket ticket, const QString& path) {
    offer(ticket, ProjectFile::open(path), path);
}

void StorageWorker::openNew(ProjectTicket ticket) { offer(ticket, createUntitled(SpannedText()), QString()); }

void StorageWorker::openText(ProjectTicket ticket, const QString& path) {
    offer(ticket, createFromText(path), path);
}

void StorageWorker::adopt(ProjectTicket ticket) {
    if (ticket != m_candidateTicket || !m_candidate)
        return;
    write();
    closeCurrent();
    m_current = std::move(m_candidate);
    m_project = std::exchange(m_candidateTicket, 0);
    m_unsaved.clear();
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
    m_current.reset();
    if (!leftover.isEmpty())
        removeDatabaseFiles(leftover);
}

void StorageWorker::append(ProjectTicket project, const QList<ProjectOperation>& operations,
                           qint64 sequence) {
    if (project != m_project)
        return;
    m_unsaved += operations;
    m_sequence = sequence;
    write();
}

void StorageWorker::write() {
    m_retry.stop();
    if (!m_current)
        return;
    if (!m_unsaved.isEmpty()) {
        auto done = m_current->append(m_unsaved);
        if (!done && m_unsaved.removeIf([](const ProjectOperation& operation) {
                return std::holds_alternative<StatesChanged>(operation);
            }) > 0)
            done = m_current->append(m_unsaved); // the text before anything that can be done without
        if (!done) {
            m_retry.start();
            emit saveFailed(m_project, done.error().message, done.error().details);
            return;
        }
        m_unsaved.clear();
    }
    emit saved(m_project, m_sequence);
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
    if (const auto copied = m_current->copyTo(path); !copied)
        return fail(copied.error());
    auto file = ProjectFile::open(path);
    if (!file)
        return fail(file.error());
    const QString leftover = m_untitled.contains(m_current->path()) ? m_current->path() : QString();
    m_current = std::move(*file);
    if (!leftover.isEmpty())
        removeDatabaseFiles(leftover);
    write();
    emit savedAs(project, path, m_current->problem());
}

void StorageWorker::exportText(const QString& path, const QString& text) {
    if (const auto done = writeTextFile(path, text); !done)
        emit exportFailed(path, done.error().message, done.error().details);
    else
        emit exported(path);
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

bool StorageWorker::close() {
    write();
    m_retry.stop();
    const bool isComplete = m_unsaved.isEmpty();
    m_candidate.reset();
    closeCurrent();
    m_project = 0;
    return isComplete;
}

} // namespace app
