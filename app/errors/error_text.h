// error_text.h: the engine's errors as sentences for the writer that say what to do next. The engine's own
// sentence goes under "Details" and into the log.
// Threads: any; translations are installed before the threads start.
#pragma once

#include "engine/core/error.h"

#include <QString>

namespace app {

// While a model is loaded or runs. `model`: its name, for people.
[[nodiscard]] QString modelSentence(const engine::Error& error, const QString& model);
// While a project or text file is read or written. `file`: its name, for people.
[[nodiscard]] QString fileSentence(const engine::Error& error, const QString& file);
[[nodiscard]] QString detailsOf(const engine::Error& error);

} // namespace app
