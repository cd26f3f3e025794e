// heading_words.h: the words by which a line is a heading without any mark, as "Chapter 3" or "Zweiter Teil":
// one table of languages. The line has nothing but the word for a chapter or a part, its number, and perhaps
// a title behind a colon, a full stop or a dash.
// Threads: pure functions.
#pragma once

#include <QStringView>

namespace app {

enum class Division { None, Chapter, Part };

// Numbers are 3, III or Three: one to twenty, in English to ninety-nine. In the other languages also "third",
// on either side of the word. The first letter is a capital, as in a title.
[[nodiscard]] Division divisionIn(QStringView line);

} // namespace app
