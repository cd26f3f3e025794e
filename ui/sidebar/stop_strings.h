// stop_strings.h: stop strings as a writer edits them: one per line, with \n for a new line and \\ for a
// backslash.
// Threads: any.
#pragma once

#include <QString>
#include <QStringList>

namespace ui {

[[nodiscard]] QStringList stopStringsFrom(const QString& lines); // empty lines are left out
[[nodiscard]] QString textOfStopStrings(const QStringList& stops);

} // namespace ui
