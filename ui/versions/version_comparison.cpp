#include "ui/versions/version_comparison.h"

#include "app/document/words.h"

#include <algorithm>

namespace ui {

namespace {

// Word by word, longer passages are more than anybody compares; they are shown as a whole.
constexpr qsizetype kLongestByWords = 50'000;

QList<ShownPiece> piecesOf(QStringView before, QStringView after, const std::stop_token& stop) {
    using Kind = ShownPiece::Kind;
    QList<ShownPiece> shown;
    const auto add = [&](Kind kind, QStringView text) {
        if (!text.isEmpty())
            shown.append({kind, text.toString()});
    };
    if (before.isEmpty() || after.isEmpty() || before.size() + after.size() > kLongestByWords) {
        add(Kind::Removed, before);
        add(Kind::Added, after);
        return shown;
    }
    for (const app::DifferencePiece& piece : app::differenceByWords(before, after, stop)) {
        const QStringView old = before.sliced(piece.before.position, piece.before.length);
        if (piece.isSame) {
            add(Kind::Same, old);
        } else {
            add(Kind::Removed, old);
            add(Kind::Added, after.sliced(piece.after.position, piece.after.length));
        }
    }
    return shown;
}

} // namespace

std::optional<VersionComparison> compareVersion(const app::SpannedText& before, const app::SpannedText& now,
                                                const std::stop_token& stop) {
    VersionComparison result{before, now, {}, {}, 0, 0};
    const QStringView old(before.text());
    const QStringView present(now.text());
    for (const app::DifferencePiece& piece : app::differenceByParagraphs(before.text(), now.text(), stop)) {
        if (stop.stop_requested())
            return std::nullopt;
        const QStringView was = old.sliced(piece.before.position, piece.before.length);
        if (piece.isSame) {
            result.passages.append({-1, std::max<qsizetype>(1, was.count(u'\n')), {}});
            continue;
        }
        const QStringView is = present.sliced(piece.after.position, piece.after.length);
        ShownPassage passage{static_cast<int>(result.pieces.size()), 0, piecesOf(was, is, stop)};
        for (const ShownPiece& shown : std::as_const(passage.pieces)) {
            if (shown.kind == ShownPiece::Kind::Removed)
                result.wordsRemoved += app::countWords(shown.text);
            if (shown.kind == ShownPiece::Kind::Added)
                result.wordsAdded += app::countWords(shown.text);
        }
        result.passages.append(std::move(passage));
        result.pieces.append(piece);
    }
    return result;
}

} // namespace ui
