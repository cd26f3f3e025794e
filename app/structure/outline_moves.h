// outline_moves.h: what dragging a row of the outline, or moving it by keys, does to the text.
// Threads: pure functions.
#pragma once

#include "app/structure/outline_edits.h"
#include "app/structure/outline_rows.h"

namespace app {

// Where a row is put: before or behind another one, or as the last one in it.
enum class RowPlace { Before, Into, Behind };

// `target` -1: to the end of the story. `isOpen`: the target shows the rows below it, so that the place
// behind it is the first one in it.
[[nodiscard]] OutlineEdits moveRow(const SpannedText& story, const Outline& outline,
                                   const QList<OutlineRow>& rows, qsizetype row, qsizetype target,
                                   RowPlace place, bool isOpen);
// Past the neighbour of its level; a scene goes on into the next chapter.
[[nodiscard]] OutlineEdits moveRowUp(const SpannedText& story, const Outline& outline,
                                     const QList<OutlineRow>& rows, qsizetype row);
[[nodiscard]] OutlineEdits moveRowDown(const SpannedText& story, const Outline& outline,
                                       const QList<OutlineRow>& rows, qsizetype row);

// Where the words are in the text after a move.
[[nodiscard]] qsizetype movedTo(const QList<TextEdit>& edits);

} // namespace app
