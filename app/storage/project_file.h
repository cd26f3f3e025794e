// project_file.h: an open project: one SQLite file (docs/formats/project.md) and nothing beside it, held
// against every other writer while it is open. append() is on the disk, in the file, when it returns; a
// process killed at any moment leaves a file that opens with everything appended. The file is held by its
// descriptor: renamed, moved or deleted it goes on being written, and place() tells. A file that must not be
// written (made by a newer Inkgate, write-protected) is opened as a copy that lives in memory or in a
// temporary folder: it can be read, edited and saved under another name, and problem() says why nothing else
// is saved.
// Threads: storage thread only.
#pragma once

#include "app/files/file_place.h"
#include "app/storage/project_content.h"
#include "app/storage/storage_problem.h"
#include "app/storage/tables/runs/run_table.h"
#include "app/versions/project_sizes.h"
#include "engine/trace/single_file.h"
#include "engine/trace/sqlite.h"

#include <QList>
#include <QString>

#include <memory>

class QTemporaryDir;

namespace app {

struct StoredText;

class ProjectFile {
public:
    // A new file with this text. It appears complete or not at all. Problem if a file of that name exists or
    // cannot be made.
    [[nodiscard]] static StorageResult<std::unique_ptr<ProjectFile>> create(const QString& path,
                                                                            const SpannedText& text);
    // A project without a file. `problem`: why it has none.
    [[nodiscard]] static StorageResult<std::unique_ptr<ProjectFile>> createInMemory(const SpannedText& text,
                                                                                    const QString& problem);
    // Problems: not there, not a project, damaged, open in another Inkgate, no permission. The ending of the
    // name does not matter.
    [[nodiscard]] static StorageResult<std::unique_ptr<ProjectFile>> open(const QString& path);
    // A copy of it in a temporary folder, which goes with the object. The file itself stays as it is,
    // whatever version it has.
    [[nodiscard]] static StorageResult<std::unique_ptr<ProjectFile>> openCopy(const QString& path);
    ~ProjectFile(); // folds the journal into the snapshot
    ProjectFile(const ProjectFile&) = delete;
    ProjectFile& operator=(const ProjectFile&) = delete;

    [[nodiscard]] const QString& path() const { return m_path; } // as it was opened; empty in memory
    // False if somebody wrote over the file: what it held is in memory, and read() no longer finds it.
    [[nodiscard]] bool isAsLeft() const { return m_file == nullptr || m_file->isAsLeft(); }
    // A sentence for the writer about how it was opened, or empty.
    [[nodiscard]] const QString& notice() const { return m_notice; }
    // The file that is written has a name of its own, which may change under our hands.
    [[nodiscard]] bool isOnDisk() const { return m_file != nullptr && m_problem.isEmpty(); }
    [[nodiscard]] FilePlace place() const; // AsOpened unless isOnDisk()
    // True if the name leads to the file that is written.
    [[nodiscard]] bool isAt(const QString& path) const;
    // From now on that is its name. The file is not touched.
    void setPath(const QString& path) { m_path = path; }
    [[nodiscard]] const QString& problem() const { return m_problem; }
    [[nodiscard]] const SpannedText& text() const { return m_text; }
    // Nothing in it is the writer's.
    [[nodiscard]] bool isEmpty() const {
        return m_text.size() == 0 && !m_hasRuns && !m_hasNotes && m_reading == ReadingSettings();
    }

    [[nodiscard]] StorageResult<ProjectContent> read();
    // All of it or, on a problem, nothing.
    [[nodiscard]] StorageResult<void> append(const QList<ProjectOperation>& operations);
    [[nodiscard]] StorageResult<GateFrames> readGates(RunId run);
    [[nodiscard]] StorageResult<ChannelMap> readChannels(RunId run, int layer);

    // The likely tokens of a run, packed, by token; none if none were kept.
    [[nodiscard]] StorageResult<QList<QByteArray>> readChoices(RunId run);

    // Where the model of a run looked back; empty if that was not kept.
    [[nodiscard]] StorageResult<RunLooks> readLooks(RunId run);

    // All versions without their texts, which are read one at a time.
    [[nodiscard]] StorageResult<VersionList> readVersions();
    [[nodiscard]] StorageResult<VersionText> readVersion(VersionId version);

    [[nodiscard]] StorageResult<ProjectSizes> readSizes();
    // Drops a part of the gates that are too many (gate_budget_table.h), or gives a part of the room that
    // they left back to the disk. True if there is more to be done; each call takes some milliseconds.
    [[nodiscard]] StorageResult<bool> trimGates();
    // Makes a file of an earlier Inkgate that is mostly empty small. Takes about a second for 50 MB.
    void compact();

    // A complete, synced copy under `target`, which is replaced if it is a file that nobody has open (this
    // project included: isAt()). Of a file that somebody wrote over, its text alone: RunRestored brings back
    // the runs.
    [[nodiscard]] StorageResult<void> copyTo(const QString& target);

private:
    ProjectFile();
    // A finished file with the text at `path`, where nothing may be.
    [[nodiscard]] static engine::Expected<void> make(const QString& path, const SpannedText& text);
    [[nodiscard]] static StorageResult<std::unique_ptr<ProjectFile>> openWritable(const QString& path);
    [[nodiscard]] static StorageResult<std::unique_ptr<ProjectFile>> openCopyOfProtected(const QString& path);
    [[nodiscard]] static StorageResult<std::unique_ptr<ProjectFile>> openCopyOfNewer(engine::Database newer,
                                                                                     const QString& path);
    // Migrates and reads the text.
    [[nodiscard]] engine::Expected<void> attach(engine::Database database);
    [[nodiscard]] engine::Expected<void> readText();
    [[nodiscard]] engine::Expected<void> findParents();
    [[nodiscard]] engine::Expected<void> writeOperations(const QList<ProjectOperation>& operations,
                                                         StoredText& stored, ReadingSettings& reading);
    [[nodiscard]] engine::Expected<void> writeCopy(const QString& path);
    [[nodiscard]] engine::Expected<void> writeSnapshot(const SpannedText& text);

    QString m_path;
    QString m_problem;
    QString m_notice;
    std::unique_ptr<QTemporaryDir> m_copyFolder;  // of a write-protected file
    std::unique_ptr<engine::SingleFile> m_file;   // null: in memory
    std::unique_ptr<engine::Database> m_database; // at a fixed address, as RunTable needs it
    std::unique_ptr<RunTable> m_runs;
    SpannedText m_text;            // what the file holds
    QByteArray m_mark;             // its name (text_mark.h)
    ReadingSettings m_reading;     // the same
    std::int64_t m_edits = 0;      // sequence number of the last edit
    std::int64_t m_snapshotAt = 0; // the last edit in the snapshot
    bool m_hasRuns = false;
    bool m_hasNotes = false;
};

} // namespace app
