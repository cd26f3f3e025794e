// voice_files.h: where fitted gates ("voices") lie: <folder>/<key of the base>/<name>.safetensors. The key is
// the base file's name and size, so that a base that was moved keeps its voices; whether they really belong
// to it, the engine says when it loads one.
// Threads: any; reads folders.
#pragma once

#include <QString>
#include <QStringList>

namespace app {

// `folder`: of all voices. `base`: the base's file.
[[nodiscard]] QStringList voicesOf(const QString& folder, const QString& base); // absolute paths, by name
// Of a voice of that name, in a folder that this makes. Characters that no file name may have are left out;
// empty if nothing is left or the folder can't be made.
[[nodiscard]] QString voiceFile(const QString& folder, const QString& base, const QString& name);

// What people call a gate: a voice's name without its folder, else `gate` as it is.
[[nodiscard]] QString gateLabel(const QString& gate);

} // namespace app
