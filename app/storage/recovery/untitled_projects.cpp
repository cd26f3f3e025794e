#include "app/storage/recovery/untitled_projects.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>

namespace app {

UntitledProjects::UntitledProjects(QString dataFolder)
    : m_folder(QDir(dataFolder).absoluteFilePath(QStringLiteral("untitled"))) {}

bool UntitledProjects::contains(const QString& path) const {
    return !path.isEmpty() && QFileInfo(path).absolutePath() == m_folder;
}

QString UntitledProjects::newPath() const {
    // Readable, since it may come up in the list of recent files.
    const QString name = m_folder + QStringLiteral("/Untitled ") +
                         QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH.mm.ss"));
    const QString suffix = QStringLiteral(".inkgate");
    QString path = name + suffix;
    for (int number = 2; QFileInfo::exists(path); ++number)
        path = name + QStringLiteral(" (%1)").arg(number) + suffix;
    return path;
}

QStringList UntitledProjects::existing() const {
    QStringList paths;
    for (const QFileInfo& info :
         QDir(m_folder).entryInfoList({QStringLiteral("*.inkgate")}, QDir::Files, QDir::Time))
        paths.append(info.absoluteFilePath());
    return paths;
}

} // namespace app
