// recovery_folders.h: where a project goes whose own place cannot be written: the data folder first, then
// others. What is there is offered at the next start.
// Threads: storage thread; reads and makes the folders.
#pragma once

#include <QString>
#include <QStringList>

namespace app {

class RecoveryFolders {
public:
    // In the order in which they are tried.
    explicit RecoveryFolders(QStringList folders);

    // What Inkgate uses: in its data folder, its cache, the folder for temporary files.
    [[nodiscard]] static QStringList ofSystem();

    [[nodiscard]] bool contains(const QString& path) const;
    // One new name in each folder that can be made, for a project that is called `title`.
    [[nodiscard]] QStringList newPaths(const QString& title) const;
    // The newest first. Those that an Inkgate has open are left out.
    [[nodiscard]] QStringList existing() const;

private:
    QStringList m_folders;
};

} // namespace app
