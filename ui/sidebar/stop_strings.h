// stop_strings.h: stop strings as a writer edits them: one per line, with \n for a new line and \\ for a
// backslash. Biases of words and ids of tokens, likewise.
// Threads: any.
#pragma once

#include "app/generation/generation_options.h"

#include <QString>
#include <QStringList>

namespace ui {

[[nodiscard]] QStringList stopStringsFrom(const QString& lines); // empty lines are left out
// What was understood, and the first piece that was not; empty if all was.
template <class T> struct TypedList {
    QList<T> values;
    QString notUnderstood;
};

// "sea = 2", " the=-inf": a line needs a number from -100 to 100 or -inf. Spaces around the word go.
[[nodiscard]] TypedList<app::WordBias> biasesFrom(const QString& lines);
// "0, 261 11": numbers from 0 on, with commas or spaces between.
[[nodiscard]] TypedList<int> tokenIdsFrom(const QString& text);
[[nodiscard]] QString textOfTokenIds(const QList<int>& ids);
[[nodiscard]] QString textOfBiases(const QList<app::WordBias>& biases);
[[nodiscard]] QString textOfStopStrings(const QStringList& stops);

} // namespace ui
