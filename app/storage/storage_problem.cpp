#include "app/storage/storage_problem.h"

#include "app/errors/error_text.h"

#include "app/files/file_path.h"
#include "app/storage/backups/project_backups.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace app {

StorageProblem problemOf(const engine::Error& error, const QString& path) {
    if (const auto folder = ProjectBackups::folderBeside(path);
        folder && error.code == engine::ErrorCode::FileDamaged)
        return {QCoreApplication::translate("app::ProjectBackups",
                                            "%1 is damaged. Open one of its backup copies, which are in %2.")
                    .arg(readableName(path), readablePath(*folder)),
                detailsOf(error)};
    return StorageProblem{fileSentence(error, QFileInfo(path).fileName()), detailsOf(error)};
}

} // namespace app
