#include "app/storage/backups/project_backups.h"

#include "app/files/file_path.h"
#include "app/versions/thinning.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <filesystem>
#include <utility>

namespace app {

namespace {

constexpr qint64 kPauseSeconds = 3600;
constexpr qint64 kMegabyte = 1'000'000;
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

QString ProjectBackups::folderIn(const QString& chosen, const QString& project) {
    const QFileInfo info(project);
    const QByteArray path =
        QCryptographicHash::hash(encodePath(info.absoluteFilePath()), QCryptographicHash::Sha1);
    return chosen + u'/' + info.completeBaseName() + u' ' + QString::fromLatin1(path.toHex().first(4)) +
           kFolderEnding;
}

StorageResult<void> ProjectBackups::make(ProjectFile& file, bool isUntitled, const QDateTime& now) {
    m_madeAt = now;
    const QString& chosen = m_options.folder;
    // The folder itself is never made: it may be on a disk that is not here now.
    if (!chosen.isEmpty() && QFileInfo(chosen).isDir() && makeIn(folderIn(chosen, file.path()), file, now))
        return {};
    QString made;
    if (!isUntitled && makeIn(besideFolder(file.path()), file, now))
        made = besideFolder(file.path());
    else if (makeIn(m_folder, file, now))
        made = m_folder;
    if (!made.isEmpty() && chosen.isEmpty())
        return {};
    const auto tr = [](const char* text) { return QCoreApplication::translate("app::ProjectBackups", text); };
    if (made.isEmpty())
        return failure(StorageProblem{tr("No backup copy could be made, neither beside the story nor in %1. "
                                         "The story itself is saved.")
                                          .arg(readablePath(m_folder)),
                                      {}});
    return failure(StorageProblem{tr("The folder for backups, %1, is not there or takes no files. The copy "
                                     "is in %2 instead.")
                                      .arg(readablePath(chosen), readablePath(made)),
                                  {}});
}

StorageResult<void> ProjectBackups::makeIn(const QString& folder, ProjectFile& file,
                                           const QDateTime& now) const {
    std::error_code error;
    std::filesystem::create_directories(toSystemPath(folder), error);
    const QString name = QFileInfo(file.path()).completeBaseName();
    const QString target = folder + u'/' + nameOf(name, now);
    if (auto done = file.copyTo(target); !done) {
        std::filesystem::remove(toSystemPath(folder), error); // if it is empty
        return done;
    }
    thin(folder, name, now);
    return {};
}

void ProjectBackups::thin(const QString& folder, const QString& name, const QDateTime& now) const {
    QStringList paths; // only what was named here is ever removed
    QList<QDateTime> times;
    QList<qint64> bytes;
    for (const QFileInfo& info : QDir(folder).entryInfoList(QDir::Files)) {
        const auto time = timeOf(info.fileName());
        if (time && info.fileName() == nameOf(name, *time)) {
            paths.append(info.absoluteFilePath());
            times.append(*time);
            bytes.append(info.size());
        }
    }
    for (const qsizetype place : superfluous(times, now, 0)) {
        QFile::remove(paths[place]);
        times[place] = {};
    }
    for (const qsizetype place :
         beyond(times, bytes, m_options.mostCopies, m_options.mostMegabytes * kMegabyte))
        QFile::remove(paths[place]);
}

} // namespace app
