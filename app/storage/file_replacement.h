// file_replacement.h: putting a finished file in the place of another, and clearing up around database files.
// Threads: any; the caller sees to it that nobody has the files open.
#pragma once

#include "engine/core/error.h"

#include <QString>

namespace app {

// A name in the folder of `target` that is not taken, for a file that is not finished. As short as it can be,
// since the name of `target` may be as long as a name can be.
[[nodiscard]] QString unfinishedBeside(const QString& target);

// Renames `source` over `target`, after its bytes are on the disk, and waits until the name is, too. Both are
// in one folder. Errors: WriteFailed; then the target is as it was.
[[nodiscard]] engine::Expected<void> replaceFile(const QString& source, const QString& target);

// The file and the logs that SQLite keeps beside it.
void removeDatabaseFiles(const QString& path);
// The logs alone.
void removeDatabaseLogs(const QString& path);

} // namespace app
