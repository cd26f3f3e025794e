// story_places.h: places in a story counted from its end, where the model goes on.
// Threads: pure functions.
#pragma once

#include <QList>
#include <QStringView>

namespace app {

// Where the last so many words begin. Of a script without spaces, as many units as words would have.
[[nodiscard]] qsizetype startOfLastWords(QStringView story, int words);

// Where the last so many paragraphs begin. A paragraph is a line with a sign in it; the last line, where the
// writer is, counts even while it is empty.
[[nodiscard]] qsizetype startOfLastParagraphs(QStringView story, int paragraphs);

// Where the model begins to read if it reads `limit` tokens at most. `tokenEnds`: of all tokens of the story,
// in units.
// The place moves only once per quarter of the limit, however the writer types: with every place the start of
// the prompt is another one, and the model's memory of what it has read (engine/runtime/state/state_cache.h)
// begins at the start. If it moved with each token, each would make the model read everything again. It is
// the start of a paragraph, or else of a word. So three quarters of the limit are read at least, less one
// paragraph.
[[nodiscard]] qsizetype startWithin(QStringView story, const QList<qsizetype>& tokenEnds, int limit);

} // namespace app
