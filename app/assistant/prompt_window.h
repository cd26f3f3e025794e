// prompt_window.h: how much of the story a model reads. A recurrent model could read all of it, but a novel
// takes minutes, and what stands far back hardly matters to the next sentence.
// Threads: pure functions.
#pragma once

#include <QStringView>

namespace app {

// Where to begin so that at most `maxUnits` of `text` are left: at the start of a paragraph if one begins in
// the first half of what is left, else of a word, else anywhere but inside a surrogate pair. 0 if all of it
// fits.
[[nodiscard]] qsizetype promptStart(QStringView text, qsizetype maxUnits);

} // namespace app
