// text_difference.h: how a text became another one: paragraph by paragraph, and word by word inside of
// paragraphs that were changed.
// Method: Myers' shortest edit script in its linear-space form ("An O(ND) Difference Algorithm and Its
// Variations", 1986), on numbers that stand for paragraphs or words. Cost: time (N + M) * D for D
// differences; texts that share little are not searched for the shortest script to the end but cut in the
// middle.
// Threads: pure functions; long ones look at the stop token.
#pragma once

#include "app/document/spanned_text.h"

#include <QList>
#include <QString>

#include <stop_token>

namespace app {

// A stretch that is the same in both, or that one text has in place of the other's.
struct DifferencePiece {
    TextRange before; // in the older text
    TextRange after;  // in the newer text
    bool isSame = false;

    bool operator==(const DifferencePiece&) const = default;
};

// Pieces of whole paragraphs, their line ends included; together they cover both texts.
[[nodiscard]] QList<DifferencePiece> differenceByParagraphs(const QString& before, const QString& after,
                                                            const std::stop_token& stop = {});
// The same by words, of two stretches.
[[nodiscard]] QList<DifferencePiece> differenceByWords(QStringView before, QStringView after,
                                                       const std::stop_token& stop = {});

// The edit that puts the older text back, with its origins, from the first of these differences to the last:
// neighbours out of differenceByParagraphs(), without what is the same. That stays the newer text's own.
[[nodiscard]] TextEdit restoringEdit(const SpannedText& before, const SpannedText& after,
                                     const QList<DifferencePiece>& differences);

} // namespace app
