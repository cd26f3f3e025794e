#include "app/storage/storage_problem.h"

#include "app/errors/error_text.h"

#include <QFileInfo>

namespace app {

StorageProblem problemOf(const engine::Error& error, const QString& path) {
    return StorageProblem{fileSentence(error, QFileInfo(path).fileName()), detailsOf(error)};
}

} // namespace app
