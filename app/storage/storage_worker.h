// storage_worker.h: the storage thread's side of a project: opens, writes and reads the project file.
// ProjectController calls it by queued calls and gets its answers by signal.
//
// Opening has two halves, so that nothing written meanwhile is lost: an open...() call makes the new project
// a candidate and answers opened(); the project that was open goes on taking append() until adopt(ticket)
// puts the candidate in its place.
//
// What cannot be written (disk full, write-protected) goes into a copy of the project in another folder, is
// tried again every two seconds and with every append(), and the copy goes when all is in its place. If the
// file is renamed or moved while it is open, it goes on being written; if it is deleted, or another one is
// put in its place, a copy in the recovery folder becomes the project.
// Threads: storage thread only; made in any thread and moved there before the first call.
#pragma once

#include "app/exchange/story_format.h"
#include "app/files/file_place.h"
#include "app/storage/backups/project_backups.h"
#include "app/storage/project_content.h"
#include "app/storage/project_file.h"
#include "app/storage/recovery/recovery_copy.h"
#include "app/storage/recovery/recovery_folders.h"
#include "app/storage/recovery/untitled_projects.h"

#include <QList>
#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>

class QFileSystemWatcher;

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
    // `recoveryFolders`: see RecoveryFolders; none: one in the data folder.
    explicit StorageWorker(const QString& dataFolder, const QStringList& recoveryFolders = {},
                           QObject* parent = nullptr);
    ~StorageWorker() override;

    // Each ends in one opened() or openFailed(); openAtStart() always in opened().
    void openAtStart(ProjectTicket ticket, const StartPlan& plan);
    void openNew(ProjectTicket ticket);
    void openFile(ProjectTicket ticket, const QString& path); // a project or a story, as its content says
    void openText(ProjectTicket ticket,
                  const QString& path); // a story in any format as a new untitled project
    void adopt(ProjectTicket ticket);
    void discard(ProjectTicket ticket);

    // `sequence` comes back with saved() once these and all earlier operations are on the disk.
    void append(ProjectTicket project, const QList<ProjectOperation>& operations, qint64 sequence);
    // The answer to restWanted(): what append() brings from now on was put together after it. Until then
    // changes of runs, which the file lacks, are dropped.
    void beginRest(ProjectTicket project);
    // Looks whether the file is still where it was, writes what waits, and answers secured(): all that
    // append() brought is on a disk, in the project or in a copy that a start offers; or a sentence why it is
    // not.
    void secure(ProjectTicket project);
    void saveAs(ProjectTicket project, const QString& path);
    // The open file was moved, and this is now its name.
    void follow(ProjectTicket project, const QString& path);
    // Throws a recovered project into the desktop's trash.
    void discardRecovered(const QString& path);
    // Each ends in one exported() or exportFailed().
    void exportStory(const QString& path, StoryFormat format, const QString& text,
                     const StoryDetails& details);
    void exportBytes(const QString& path, const QByteArray& bytes);
    void readLorebook(const QString& path); // ends in lorebookRead()
    void readGates(ProjectTicket project, RunId run);
    void readChannels(ProjectTicket project, RunId run, int layer);
    void readChoices(ProjectTicket project, RunId run);
    void readLooks(ProjectTicket project, RunId run);
    // Where the next backup copies go, and how many stay.
    void setBackupOptions(const BackupOptions& options) { m_backups.setOptions(options); }
    // Ends in sizesRead(), which also comes when gates were dropped.
    void readSizes(ProjectTicket project);
    void readVersions(ProjectTicket project);
    void readVersion(ProjectTicket project, VersionId version);
    struct Ending {
        bool isSecured = true;
        QString path; // where the project is now, if that may be news; else empty
    };
    // As secure(), and closes the file.
    Ending close();

signals:
    void opened(app::ProjectTicket ticket, const app::ProjectContent& content);
    void openFailed(app::ProjectTicket ticket, const QString& path, const QString& message,
                    const QString& details);
    void saved(app::ProjectTicket project, qint64 sequence);
    void saveFailed(app::ProjectTicket project, const QString& message, const QString& details);
    void secured(app::ProjectTicket project, bool isSecured, const QString& problem);
    // A backup copy could not be made. Told once in a session; saving goes on.
    void backupFailed(app::ProjectTicket project, const QString& message);
    // What the project's file does not take is in the file `path`; empty: no more.
    void keptElsewhere(app::ProjectTicket project, const QString& path);
    // The file is not where it was opened, or is again. Gone: `keptIn` has become the project.
    void placeChanged(app::ProjectTicket project, const app::FilePlace& place, const QString& keptIn);
    // What has become the project has the text alone: all else is to be written again, after beginRest().
    void restWanted(app::ProjectTicket project);
    void savedAs(app::ProjectTicket project, const QString& path, const QString& problem);
    void saveAsFailed(app::ProjectTicket project, const QString& path, const QString& message,
                      const QString& details);
    void exported(const QString& path);
    void exportFailed(const QString& path, const QString& message, const QString& details);
    // `problem`: one sentence, and there is no book; or empty.
    void lorebookRead(const QString& path, const app::Lorebook& book, const QString& notice,
                      const QString& problem);
    void gatesRead(app::ProjectTicket project, app::RunId run, const app::GateFrames& gates);
    void channelsRead(app::ProjectTicket project, app::RunId run, const app::ChannelMap& map);
    void choicesRead(app::ProjectTicket project, app::RunId run, const QList<QByteArray>& choices);
    void looksRead(app::ProjectTicket project, app::RunId run, const app::RunLooks& looks);
    void sizesRead(app::ProjectTicket project, const app::ProjectSizes& sizes);
    // In answer to readVersions() and readVersion(); `problem` is a sentence, or empty.
    void versionsRead(app::ProjectTicket project, const app::VersionList& list);
    void versionRead(app::ProjectTicket project, app::VersionId version, const app::VersionText& text,
                     const QString& problem);

private:
    using OpenFile = std::unique_ptr<ProjectFile>;
    // What is to be said of a project that is being opened.
    struct Opening {
        QString notice;
        QString title; // of an imported one
        StoryDetails details;
    };

    void offer(ProjectTicket ticket, StorageResult<OpenFile> file, const QString& path,
               const Opening& about = {}, bool isStart = false);
    // A project without a name; in memory if the data folder cannot be written.
    [[nodiscard]] StorageResult<OpenFile> createUntitled(const SpannedText& text);
    [[nodiscard]] StorageResult<OpenFile> createFromText(const QString& path, Opening& about);
    // Project or text file, by content.
    [[nodiscard]] StorageResult<OpenFile> openAny(const QString& path, Opening& about);
    [[nodiscard]] StorageResult<OpenFile> openBackup(const QString& path, QString& notice);
    bool write(); // as secure(); false if something is on no disk
    void watchFolder();
    bool settlePlace(); // false if the text is in no file that has a name
    bool writeOnDisk(bool isPlaced);
    void backUp();
    void noteGates(); // that operations in m_unsaved may make too many
    void trimGates();
    bool writeProtected();
    bool keepElsewhere();
    void closeCurrent();

    UntitledProjects m_untitled;
    RecoveryFolders m_recoveryFolders;
    RecoveryCopy m_recovery;
    ProjectBackups m_backups;
    QTimer m_backupTimer; // after a change that is saved
    QTimer m_trimTimer;   // after a run or a smaller budget for gates; they are dropped little by little
    bool m_isBackupProblemTold = false;
    QTimer m_retry;
    QFileSystemWatcher* m_watcher = nullptr; // of the project's folder
    OpenFile m_current;
    ProjectTicket m_project = 0;
    OpenFile m_candidate;
    ProjectTicket m_candidateTicket = 0;
    QList<ProjectOperation> m_unsaved;
    qint64 m_sequence = 0;        // of the last operation in m_unsaved
    bool m_isRestAwaited = false; // restWanted() has had no answer
    FilePlace m_place;            // of m_current, as it was last told
    QString m_keptIn;             // as it was last told
    bool m_hasChanged = false;    // since it was opened
    QString m_problem;            // why something is not in the project's file
};

} // namespace app
