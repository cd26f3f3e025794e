// untitled_projects.h: the projects without a name of the writer's choosing, in the data folder.
// Threads: storage thread; reads the folder.
#pragma once

#include <QString>
#include <QStringList>

namespace app {

class UntitledProjects {
public:
    explicit UntitledProjects(QString dataFolder);

    [[nodiscard]] bool contains(const QString& path) const;
    [[nodiscard]] QString newPath() const;
    // Those whose last change is newest first.
    [[nodiscard]] QStringList existing() const;

private:
    QString m_folder;
};

} // namespace app
