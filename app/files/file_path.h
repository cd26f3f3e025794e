// file_path.h: paths as the system has them (any bytes) and as Qt has them (UTF-16), without loss. A byte
// that is not part of UTF-8 becomes a lone low surrogate U+DC80 to U+DCFF, which no text holds, as Python
// does; Qt's own conversion would lose it.
// Threads: pure functions; pathOfArgument() asks for the working folder.
#pragma once

#include <QByteArray>
#include <QString>

#include <filesystem>

namespace app {

[[nodiscard]] QByteArray encodePath(const QString& path);
[[nodiscard]] QString decodePath(QByteArrayView bytes);
[[nodiscard]] std::filesystem::path toSystemPath(const QString& path);
// True for a name that only encodePath() can give to the system: QFile would look for another one.
[[nodiscard]] bool hasForeignBytes(const QString& path);

// The absolute path that a command-line argument or an entry of the settings means: a path, or a file://
// address. Empty for an empty one.
[[nodiscard]] QString pathOfArgument(QByteArrayView argument);
// The other way, for settings: the path itself, or an address if it has bytes that no text can hold.
[[nodiscard]] QString argumentOfPath(const QString& path);

// For the writer to read: foreign bytes as question marks.
[[nodiscard]] QString readablePath(const QString& path);
[[nodiscard]] QString readableName(const QString& path);

} // namespace app
