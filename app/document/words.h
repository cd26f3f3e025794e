// words.h: what counts as a word.
// Threads: pure functions.
#pragma once

#include "app/document/text_origin.h"

#include <QChar>
#include <QStringView>

namespace app {

// Words are runs of letters and digits; apostrophes and hyphens inside do not part them ("don't",
// "well-known": one each).
// `isInside`: the text goes on a word that was counted before; afterwards, whether it ends in one.
[[nodiscard]] int countWords(QStringView text, bool* isInside = nullptr);

// A range that goes to the ends of the words that it touches.
[[nodiscard]] TextRange wholeWords(QStringView text, const TextRange& range);

// Between the parts of a word as "half-light": the ASCII sign and the two that Unicode calls hyphens.
[[nodiscard]] bool isHyphen(QChar sign);
// Words of these scripts stand side by side, so their edges cannot be seen.
[[nodiscard]] bool isUnspacedScript(QChar::Script script);

} // namespace app
