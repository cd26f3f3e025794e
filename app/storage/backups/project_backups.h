// project_backups.h: backup copies of projects: whole projects that open, in a folder "<name> backups" beside
// the project or in a folder of the writer's choice, or in the data folder if there is no writing there (and
// for projects without a name). One is made after the first change of a session and then hourly while there
// are changes; the older they are, the fewer stay: one per hour for a day, per day for 30 days, per week
// before (app/versions/thinning.h), and of these no more than the writer wants. The newest always stays.
// Threads: storage thread only.
#pragma once

#include "app/storage/project_file.h"
#include "app/storage/storage_problem.h"
#include "app/versions/backup_options.h"

#include <QDateTime>
#include <QString>
#include <QStringList>

#include <optional>

namespace app {

class ProjectBackups {
public:
    explicit ProjectBackups(QString dataFolder);

    void setOptions(const BackupOptions& options) { m_options = options; }
    // In the folder of the writer's choice, which holds the copies of many projects: two of one name have two
    // folders.
    [[nodiscard]] static QString folderIn(const QString& chosen, const QString& project);
    // Of the project at this path; the first that there is, or nothing.
    [[nodiscard]] static std::optional<QString> folderBeside(const QString& project);
    // A backup by its name and its folder.
    [[nodiscard]] static bool isBackup(const QString& path);

    void beginSession() { m_madeAt.reset(); }
    // After a change that is in the file.
    [[nodiscard]] bool isDue(const QDateTime& now) const;
    // Whether it can be made or not, the next one is due in an hour. Problem: it is not where the writer
    // wants it; the sentence says where it is instead, if anywhere.
    [[nodiscard]] StorageResult<void> make(ProjectFile& file, bool isUntitled, const QDateTime& now);

private:
    [[nodiscard]] StorageResult<void> makeIn(const QString& folder, ProjectFile& file,
                                             const QDateTime& now) const;
    void thin(const QString& folder, const QString& name, const QDateTime& now) const;

    QString m_folder; // in the data folder
    BackupOptions m_options;
    std::optional<QDateTime> m_madeAt;
};

} // namespace app
