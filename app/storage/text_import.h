// text_import.h: a text file as text: UTF-8 or UTF-16 with or without its mark, or Windows-1252, with any
// line ends.
// Threads: any; reads a file.
#pragma once

#include "app/storage/storage_problem.h"

#include <QString>

namespace app {

// Line ends become '\n'. Problems: not there, not readable, larger than a library, not a text.
[[nodiscard]] StorageResult<QString> readTextFile(const QString& path);
// UTF-8; the file appears complete or not at all.
[[nodiscard]] StorageResult<void> writeTextFile(const QString& path, const QString& text);

} // namespace app
