// storage_worker.h: the storage thread's side of a project: opens, writes and reads the project file.
// ProjectController calls it by queued calls and gets its answers by signal.
//
// Opening has two halves, so that nothing written meanwhile is lost: an open...() call makes the new project
// a candidate and answers opened(); the project that was open goes on taking append() until adopt(ticket)
// puts the candidate in its place.
//
// What cannot be written (disk full) stays in memory and is tried again every two seconds and with every
// append().
// Threads: storage thread only; made in any thread and moved there before the first call.
#pragma once

#include "app/storage/project_content.h"
#include "app/storage/project_file.h"
#include "app/storage/untitled_projects.h"

#include <QList>
#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>

namespace app {

// Names one request for another project, or one project; counts from 1.
using ProjectTicket = qint64;

// What a start may show, in this order: the file, the named project that was open last, the newest untitled
// project, a new project with the sample.
struct StartPlan {
    QString file;
    QString lastProject;
    QString sampleStory; // empty unless this is the first start
};

class StorageWorker : public QObject {
    Q_OBJECT

public:
    explicit StorageWorker(const QString& dataFolder, QObject* parent = nullptr);
    ~StorageWorker() override;

    // Each ends in one opened() or openFailed(); openAtStart() always in opened().
    void openAtStart(ProjectTicket ticket, const StartPlan& plan);
    void openProject(ProjectTicket ticket, const QString& path);
    void openNew(ProjectTicket ticket);
    void openText(ProjectTicket ticket, const QString& path); // a text file as a new untitled project
    void adopt(ProjectTicket ticket);
    void discard(ProjectTicket ticket);

    // `sequence` comes back with saved() once these and all earlier operations are on the disk.
    void append(ProjectTicket project, const QList<ProjectOperation>& operations, qint64 sequence);
    void saveAs(ProjectTicket project, const QString& path);
    void exportText(const QString& path, const QString& text);
    void readGates(ProjectTicket project, RunId run);
    void readChannels(ProjectTicket project, RunId run, int layer);
    // Writes what waits and closes the file. False if something could not be written.
    bool close();

signals:
    void opened(app::ProjectTicket ticket, const app::ProjectContent& content);
    void openFailed(app::ProjectTicket ticket, const QString& path, const QString& message,
                    const QString& details);
    void saved(app::ProjectTicket project, qint64 sequence);
    void saveFailed(app::ProjectTicket project, const QString& message, const QString& details);
    void savedAs(app::ProjectTicket project, const QString& path, const QString& problem);
    void saveAsFailed(app::ProjectTicket project, const QString& path, const QString& message,
                      const QString& details);
    void exported(const QString& path);
    void exportFailed(const QString& path, const QString& message, const QString& details);
    void gatesRead(app::ProjectTicket project, app::RunId run, const app::GateFrames& gates);
    void channelsRead(app::ProjectTicket project, app::RunId run, const app::ChannelMap& map);

private:
    using OpenFile = std::unique_ptr<ProjectFile>;

    void offer(ProjectTicket ticket, StorageResult<OpenFile> file, const QString& path,
               const QString& notice = {});
    // A project without a name; in memory if the data folder cannot be written.
    [[nodiscard]] StorageResult<OpenFile> createUntitled(const SpannedText& text);
    [[nodiscard]] StorageResult<OpenFile> createFromText(const QString& path);
    [[nodiscard]] StorageResult<OpenFile> openAny(const QString& path); // project or text file
    void write();
    void closeCurrent();

    UntitledProjects m_untitled;
    QTimer m_retry;
    OpenFile m_current;
    ProjectTicket m_project = 0;
    OpenFile m_candidate;
    ProjectTicket m_candidateTicket = 0;
    QList<ProjectOperation> m_unsaved;
    qint64 m_sequence = 0; // of the last operation in m_unsaved
};

} // namespace app
