// edit_sweep.h: many edits in one pass over the text. Edits are applied one after the other, so each speaks
// of the text as the ones before it left it; if they go from the end of the text to its beginning, or the
// other way, all of them can be told as places of the old text, and the new text is written from its
// beginning to its end.
// Threads: values.
#pragma once

#include "app/document/spanned_text.h"

#include <optional>

namespace app {

// What a list of edits does to a text: pieces of the old text that gave way to pieces of the new one,
// ascending, not overlapping. Those that touch are pieces of their own.
struct ChangedPiece {
    qsizetype oldPosition = 0;
    qsizetype oldLength = 0;
    qsizetype newPosition = 0;
    qsizetype newLength = 0;
    qsizetype edit = 0; // index in the list

    bool operator==(const ChangedPiece&) const = default;
};

// Nothing if the edits go back and forth.
[[nodiscard]] std::optional<QList<ChangedPiece>> changedPieces(const QList<TextEdit>& edits);

class EditSweep {
public:
    // Applies the edits that `pieces` were made of; returns the inverses in the order of the edits.
    static QList<TextEdit> apply(SpannedText& text, const QList<TextEdit>& edits,
                                 const QList<ChangedPiece>& pieces);
};

} // namespace app
