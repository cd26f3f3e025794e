// stop_strings.h: stop strings as a writer edits them: one per line, with \n for a new line and \\ for a
// backslash. And biases of words, likewise.
// Threads: any.
#pragma once

#include "app/generation/generation_options.h"

#include <QString>
#include <QStringList>

namespace ui {

[[nodiscard]] QStringList stopStringsFrom(const QString& lines); // empty lines are left out
// "sea = 2", " the=-inf": lines without a number from -100 to 100 or -inf are left out. Spaces around the
// word go.
[[nodiscard]] QList<app::WordBias> biasesFrom(const QString& lines);
[[nodiscard]] QString textOfBiases(const QList<app::WordBias>& biases);
[[nodiscard]] QString textOfStopStrings(const QStringList& stops);

} // namespace ui
