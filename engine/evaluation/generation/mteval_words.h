// mteval_words.h: the words of a text as BLEU counts them: the "13a" tokens of mteval-v13a.pl, as sacrebleu 2
// makes them.
// In this order: white space at the end is dropped; "<skipped>" goes; a hyphen at a line's end joins the
// lines, other line ends are spaces; &quot; &amp; &lt; &gt; become characters; ASCII punctuation but ' , -
// . stands alone; so does a point or comma that has no digit before it, or none behind it, and a hyphen
// behind a digit. Words end at what Unicode counts as white space.
// Threads: pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine {

// `text` is valid UTF-8.
[[nodiscard]] std::vector<std::string> mtevalWords(std::string_view text);

} // namespace engine
