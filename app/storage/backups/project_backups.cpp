#include "app/storage/backups/project_backups.h"

#include "app/files/file_path.h"
#include "app/versions/thinning.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <filesystem>
#include <utility>

namespace app {

namespace {

constexpr qint64 kPauseSeconds = 3600;
const QString kFolderEnding = QStringLiteral(" backups");
const QString kTime = QStringLiteral("yyyy-MM-dd hh-mm-ss");

QString besideFolder(const QString& project) {
    const QFileInfo info(project);
    return info.absolutePath() + u'/' + info.completeBaseName() + kFolderEnding;
}

// When the backup of this file name was made; nothing if it is none. In the name and not in the file's own
// time, which copying changes.
std::optional<QDateTime> timeOf(const QString& fileName) {
    static const QRegularExpression form(QStringLiteral(R"( (\d{4}-\d\d-\d\d \d\d-\d\d-\d\d)\.inkgate$)"));
    const QDateTime time = QDateTime::fromString(form.match(fileName).captured(1), kTime);
    return time.isValid() ? std::optional(time) : std::nullopt;
}

QString nameOf(const QString& project, const QDateTime& time) {
    return project + u' ' + time.toLocalTime().toString(kTime) + QStringLiteral(".inkgate");
}

} // namespace

ProjectBackups::ProjectBackups(QString dataFolder)
    : m_folder(std::move(dataFolder) + QStringLiteral("/backups")) {}

std::optional<QString> ProjectBackups::folderBeside(const QString& project) {
    const QString folder = besideFolder(project);
    return QFileInfo(folder).isDir() ? std::optional(folder) : std::nullopt;
}

bool ProjectBackups::isBackup(const QString& path) {
    const QString folder = QFileInfo(path).absolutePath();
    return timeOf(path) && (folder.endsWith(kFolderEnding) || folder.endsWith(QStringLiteral("/backups")));
}

bool ProjectBackups::isDue(const QDateTime& now) const {
    return !m_madeAt || now < *m_madeAt || m_madeAt->secsTo(now) >= kPauseSeconds;
}

StorageResult<void> ProjectBackups::make(ProjectFile& file, bool isUntitled, const QDateTime& now) {
    m_madeAt = now;
    if (!isUntitled) {
        if (makeIn(besideFolder(file.path()), file, now))
            return {};
    }
    if (makeIn(m_folder, file, now))
        return {};
    return failure(StorageProblem{
        QCoreApplication::translate("app::ProjectBackups",
                                    "No backup copy could be made, neither beside the story nor in %1. The "
                                    "story itself is saved.")
            .arg(readablePath(m_folder)),
        {}});
}

StorageResult<void> ProjectBackups::makeIn(const QString& folder, ProjectFile& file, const QDateTime& now) {
    std::error_code error;
    std::filesystem::create_directories(toSystemPath(folder), error);
    const QString name = QFileInfo(file.path()).completeBaseName();
    const QString target = folder + u'/' + nameOf(name, now);
    if (auto done = file.copyTo(target); !done) {
        std::filesystem::remove(toSystemPath(folder), error); // if it is empty
        return done;
    }
    QStringList paths; // only what was named here is ever removed
    QList<QDateTime> times;
    for (const QFileInfo& info : QDir(folder).entryInfoList(QDir::Files)) {
        const auto time = timeOf(info.fileName());
        if (time && info.fileName() == nameOf(name, *time)) {
            paths.append(info.absoluteFilePath());
            times.append(*time);
        }
    }
    for (const qsizetype place : superfluous(times, now, 0))
        QFile::remove(paths[place]);
    return {};
}

} // namespace app
