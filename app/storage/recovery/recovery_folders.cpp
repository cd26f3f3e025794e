#include "app/storage/recovery/recovery_folders.h"

#include "app/files/file_path.h"
#include "app/storage/tables/project_schema.h"
#include "engine/trace/single_file.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace app {

namespace {

constexpr qsizetype kLongestTitle = 60; // the date, and three bytes a letter, must still fit into a name

// A folder of our own, that nobody else can look into or has made for us.
bool makePrivate(const QString& folder) {
    QDir().mkpath(QFileInfo(folder).absolutePath());
    const QByteArray name = encodePath(folder);
    (void)::mkdir(name.constData(), 0700);
    struct stat status {};
    return ::lstat(name.constData(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid();
}

bool isHeld(const QString& path) {
    const auto file = engine::SingleFile::open(toSystemPath(path));
    return !file && file.error().code == engine::ErrorCode::WriteFailed;
}

} // namespace

RecoveryFolders::RecoveryFolders(QStringList folders)
    : m_folders(std::move(folders)) {}

QStringList RecoveryFolders::ofSystem() {
    const QString name = QStringLiteral("/recovered");
    return {QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + name,
            QStandardPaths::writableLocation(QStandardPaths::CacheLocation) + name,
            QDir::tempPath() + QStringLiteral("/inkgate-recovered-%1").arg(::geteuid())};
}

bool RecoveryFolders::contains(const QString& path) const {
    return !path.isEmpty() && m_folders.contains(QFileInfo(path).absolutePath());
}

QStringList RecoveryFolders::newPaths(const QString& title) const {
    // A copy of a copy is not called so twice.
    static const QRegularExpression kStamp(
        QStringLiteral(" \\(.* \\d{4}-\\d\\d-\\d\\d \\d\\d\\.\\d\\d\\.\\d\\d(-\\d+)?\\)$"));
    const QString now = QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH.mm.ss"));
    QString plain = readableName(title).remove(kStamp).left(kLongestTitle);
    if (!plain.isEmpty() && plain.back().isHighSurrogate())
        plain.chop(1);
    QStringList paths;
    for (const QString& folder : m_folders) {
        if (!makePrivate(folder))
            continue;
        QString path;
        for (int number = 1; path.isEmpty() || QFileInfo::exists(path); ++number)
            path = QStringLiteral("%1/%2 (%3 %4%5).inkgate")
                       .arg(folder, plain, QCoreApplication::translate("app::RecoveryFolders", "recovered"),
                            now, number == 1 ? QString() : QStringLiteral("-%1").arg(number));
        paths.append(path);
    }
    return paths;
}

QStringList RecoveryFolders::existing() const {
    QFileInfoList found;
    for (const QString& folder : m_folders)
        found += QDir(folder).entryInfoList({QStringLiteral("*.inkgate")}, QDir::Files);
    std::sort(found.begin(), found.end(),
              [](const QFileInfo& a, const QFileInfo& b) { return a.lastModified() > b.lastModified(); });
    QStringList paths;
    for (const QFileInfo& info : std::as_const(found))
        if (checkProjectHeader(info.absoluteFilePath()) && !isHeld(info.absoluteFilePath()))
            paths.append(info.absoluteFilePath());
    return paths;
}

} // namespace app
