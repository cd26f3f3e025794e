// characters.h: where characters begin, as a reader sees them: a letter with its marks, an emoji with all its
// parts. Texts are cut there and nowhere else.
// Cost: a look at the surroundings, however long the text is.
// Threads: pure functions.
#pragma once

#include <QString>
#include <QStringView>

namespace app {

// The nearest place at or before `position`, or at or behind it, where a character begins or the text ends.
// `position` lies in the text.
[[nodiscard]] qsizetype characterStart(QStringView text, qsizetype position);
[[nodiscard]] qsizetype characterEnd(QStringView text, qsizetype position);
[[nodiscard]] bool isBetweenCharacters(QStringView text, qsizetype position);

// True if `position` is in the middle of a surrogate pair: half of a code point is no text at all.
[[nodiscard]] bool splitsPair(QStringView text, qsizetype position);
// Makes the replacement of `removedLength` units at `position` by `inserted` begin and end between code
// points, before it and after it, by taking the halves at its edges in. The text it leads to stays the same,
// but for halves that would be left alone: they go with the ones that were taken away.
void widenToPairs(QStringView text, qsizetype& position, qsizetype& removedLength, QString& inserted);

} // namespace app
