// recovery_copy.h: what a project would hold if its own file could be written, kept in another place: a copy
// of the project with all that is waiting. It is on the disk when keep() returns, so a killed process loses
// none of it.
// Threads: storage thread.
#pragma once

#include "app/storage/project_content.h"
#include "app/storage/project_file.h"
#include "app/storage/recovery/recovery_folders.h"

#include <QList>
#include <QString>

#include <memory>

namespace app {

class RecoveryCopy {
public:
    explicit RecoveryCopy(const RecoveryFolders& folders)
        : m_folders(folders) {}

    struct Copied {
        std::unique_ptr<ProjectFile> file;
        bool isTextAlone = false; // all else was written over, or there is no room for it
    };
    // A copy of what the file holds, in the first folder that takes it. Copying a large project can take
    // longer than the second that a writer may lose: until all is there, the text, with the edits among
    // `waiting`, lies in a file beside it.
    [[nodiscard]] StorageResult<Copied> copyOf(ProjectFile& file,
                                               const QList<ProjectOperation>& waiting) const;

    // Makes the copy, if there is none, and brings it up to what the file holds and `waiting` adds; of these
    // the ones given before are known. False if that is not on any disk.
    [[nodiscard]] bool keep(ProjectFile& file, const QList<ProjectOperation>& waiting);
    // What was waiting is in the file that is copied now, the copy stays.
    void forgetWaiting() { m_known = 0; }
    [[nodiscard]] QString path() const { return m_copy ? m_copy->path() : QString(); }
    // Where there is a copy with everything: a copy of that.
    [[nodiscard]] bool copyTo(const QString& target);
    // All is in the project's own file: the copy goes.
    void remove();
    // The copy stays where it is, closed.
    void leave();

private:
    [[nodiscard]] StorageResult<std::unique_ptr<ProjectFile>> textOf(const ProjectFile& file,
                                                                     const QString& title) const;

    const RecoveryFolders& m_folders;
    std::unique_ptr<ProjectFile> m_copy;
    qsizetype m_known = 0; // of the waiting operations
};

} // namespace app
