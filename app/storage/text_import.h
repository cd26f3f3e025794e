// text_import.h: a text file as text, read by the engine's one reader of texts (engine/text), and back.
// Threads: any; reads a file.
#pragma once

#include "app/storage/storage_problem.h"

#include <QString>

namespace app {

// Line ends become '\n'. `notice`, if given, gets one sentence for the writer where the text was not in UTF-8
// or is damaged, else it is emptied. Problems: not there, not readable, larger than a library, not a text.
[[nodiscard]] StorageResult<QString> readTextFile(const QString& path, QString* notice = nullptr);
// UTF-8; the file appears complete or not at all.
[[nodiscard]] StorageResult<void> writeTextFile(const QString& path, const QString& text);

} // namespace app
