// marks.h: emphasis within a line, as the writer types it: *emphasis*, **strong**, ***both***.
//
// These are CommonMark's rules for asterisks (spec 0.31, section 6.2: delimiter runs, and which opener a
// closer belongs to), with two differences that a story needs: an asterisk opens if no space follows and
// closes if no space precedes it, also beside punctuation and between characters of Chinese or Japanese; and
// nothing else is a mark: underscores, backticks, brackets, tags and entities are what they look like.
// "\*" is an asterisk; a backslash is itself unless an asterisk follows ("\\*" is one, and a mark).
// A CommonMark library (md4c) knows no such choice, which is why none is used.
// Threads: pure functions. Time grows with the line's length.
#pragma once

#include "app/exchange/story/formatted_story.h"

namespace app {

// Neighbours differ; none is empty.
[[nodiscard]] QList<TextRun> readMarks(QStringView line);
// A line that readMarks() reads as `runs`, with spaces at the ends of emphasised words left outside of the
// marks and as few backslashes as that takes. Of marks that touch in a way that asterisks cannot say, one
// kind is left out; never a word.
[[nodiscard]] QString writeMarks(const QList<TextRun>& runs);

} // namespace app
