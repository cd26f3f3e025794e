// old_log.h: earlier versions of Inkgate kept a log of SQLite beside the project, which may still be there
// after a crash. Before such a file is opened, its log is brought into it, if it belongs to it: SQLite itself
// would apply any log of the right name.
// Threads: storage thread.
#pragma once

#include "engine/core/error.h"

#include <QString>

namespace app {

// Nobody has the file open. What it returns is a sentence for the writer if a log did not belong to the file
// and was put aside (its bytes are kept), else empty. Errors: FileUnreadable (the file cannot be written),
// WriteFailed (another program has it).
[[nodiscard]] engine::Expected<QString> settleOldLog(const QString& path);

} // namespace app
