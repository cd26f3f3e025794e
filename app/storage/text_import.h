// text_import.h: a text file as text, read by the engine's one reader of texts (engine/text); and files that
// are written in one piece.
// Threads: any; reads a file.
#pragma once

#include "app/storage/storage_problem.h"

#include <QByteArray>
#include <QString>

namespace app {

// Line ends become '\n'. `notice`, if given, gets one sentence for the writer where the text was not in UTF-8
// or is damaged, else it is emptied. Problems: not there, not readable, larger than a library, not a text.
[[nodiscard]] StorageResult<QString> readTextFile(const QString& path, QString* notice = nullptr);
// All bytes of a file that is no larger than `mostBytes`. Problems: not there, not readable, too large.
[[nodiscard]] StorageResult<QByteArray> readWholeFile(const QString& path, qsizetype mostBytes);
// The file appears complete or not at all; until then an older one stays as it is.
[[nodiscard]] StorageResult<void> writeWholeFile(const QString& path, const QByteArray& bytes);

} // namespace app
