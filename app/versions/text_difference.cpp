#include "app/versions/text_difference.h"

#include <QHash>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace app {

namespace {

using Numbers = std::span<const int>;

// Beyond so many differences between two stretches no shortest script is looked for: what is found so far
// splits them.
constexpr int kDeepest = 2000;

struct Tokens {
    std::vector<TextRange> ranges;
    std::vector<int> numbers;
};

template <class End> Tokens tokensOf(QStringView text, QHash<QStringView, int>& known, const End& endOf) {
    Tokens tokens;
    for (qsizetype begin = 0; begin < text.size();) {
        const qsizetype end = endOf(text, begin);
        const QStringView token = text.sliced(begin, end - begin);
        auto found = known.find(token);
        if (found == known.end())
            found = known.insert(token, static_cast<int>(known.size()));
        tokens.ranges.push_back({begin, end - begin});
        tokens.numbers.push_back(*found);
        begin = end;
    }
    return tokens;
}

qsizetype endOfParagraph(QStringView text, qsizetype begin) {
    const qsizetype feed = text.indexOf(u'\n', begin);
    return feed < 0 ? text.size() : feed + 1;
}

// A word, a row of spaces, or one other character.
qsizetype endOfWord(QStringView text, qsizetype begin) {
    enum class Kind { Word, Space, Other };
    const auto kindOf = [](QChar c) {
        if (c.isLetterOrNumber() || c.isMark() || c.isSurrogate())
            return Kind::Word;
        return c.isSpace() ? Kind::Space : Kind::Other;
    };
    const Kind kind = kindOf(text[begin]);
    qsizetype end = begin + 1;
    while (kind != Kind::Other && end < text.size() && kindOf(text[end]) == kind)
        ++end;
    return end;
}

class Myers {
public:
    Myers(Numbers before, Numbers after, const std::stop_token& stop)
        : m_before(before)
        , m_after(after)
        , m_stop(stop)
        , m_forward(before.size() + after.size() + 3)
        , m_backward(before.size() + after.size() + 3) {
        compare(0, size(before), 0, size(after));
    }
    // Pairs of equal tokens, older and newer, in the order of both.
    [[nodiscard]] const std::vector<std::pair<int, int>>& same() const { return m_same; }

private:
    struct Split {
        int before = 0;
        int after = 0;
    };

    static int size(Numbers numbers) { return static_cast<int>(numbers.size()); }

    void compare(int b0, int b1, int a0, int a1) {
        while (b0 < b1 && a0 < a1 && m_before[b0] == m_after[a0])
            m_same.emplace_back(b0++, a0++);
        std::vector<std::pair<int, int>> tail;
        while (b0 < b1 && a0 < a1 && m_before[b1 - 1] == m_after[a1 - 1])
            tail.emplace_back(--b1, --a1);
        if (b0 < b1 && a0 < a1 && !m_stop.stop_requested()) {
            const Split split = middle(b0, b1, a0, a1);
            // A split at a corner would go on for ever; then nothing is shared.
            const bool isCorner =
                (split.before == b0 && split.after == a0) || (split.before == b1 && split.after == a1);
            if (!isCorner) {
                compare(b0, split.before, a0, split.after);
                compare(split.before, b1, split.after, a1);
            }
        }
        m_same.insert(m_same.end(), tail.rbegin(), tail.rend());
    }

    // A point on a shortest path: searched from both ends at once, on diagonals before - after.
    Split middle(int b0, int b1, int a0, int a1) {
        const int n = b1 - b0;
        const int m = a1 - a0;
        const int delta = n - m;
        const bool isOdd = (delta & 1) != 0;
        const int offset = m + 1; // of diagonal 0 in the arrays
        m_forward[offset + 1] = 0;
        m_backward[offset + 1] = 0;
        for (int d = 0; d <= (n + m + 1) / 2; ++d) {
            for (int k = -d; k <= d; k += 2) {
                if (k < -m || k > n)
                    continue;
                const bool down =
                    k == -d || k == -m ||
                    (k != d && k != n && at(m_forward, offset + k - 1) < at(m_forward, offset + k + 1));
                int x = down ? m_forward[offset + k + 1] : m_forward[offset + k - 1] + 1;
                x = std::clamp(x, std::max(0, k), std::min(n, m + k));
                while (x < n && x - k < m && m_before[b0 + x] == m_after[a0 + x - k])
                    ++x;
                m_forward[offset + k] = x;
                const int reverse = delta - k;
                if (isOdd && reverse >= -(d - 1) && reverse <= d - 1 && reverse >= -m && reverse <= n &&
                    x + m_backward[offset + reverse] >= n)
                    return {b0 + x, a0 + x - k};
            }
            for (int k = -d; k <= d; k += 2) {
                if (k < -m || k > n)
                    continue;
                const bool down =
                    k == -d || k == -m ||
                    (k != d && k != n && at(m_backward, offset + k - 1) < at(m_backward, offset + k + 1));
                int x = down ? m_backward[offset + k + 1] : m_backward[offset + k - 1] + 1;
                x = std::clamp(x, std::max(0, k), std::min(n, m + k));
                while (x < n && x - k < m && m_before[b1 - 1 - x] == m_after[a1 - 1 - (x - k)])
                    ++x;
                m_backward[offset + k] = x;
                const int reverse = delta - k;
                if (!isOdd && reverse >= -d && reverse <= d && reverse >= -m && reverse <= n &&
                    x + m_forward[offset + reverse] >= n)
                    return {b1 - x, a1 - (x - k)};
            }
            if (m_stop.stop_requested() || d >= kDeepest)
                return furthest(b0, a0, n, m, d, offset);
        }
        return {b0, a0};
    }

    // Where the search from the beginning came furthest.
    Split furthest(int b0, int a0, int n, int m, int d, int offset) const {
        Split best{b0, a0};
        int most = -1;
        for (int k = -d; k <= d; k += 2) {
            if (k < -m || k > n)
                continue;
            const int x = m_forward[offset + k];
            if (x - k >= 0 && x - k <= m && 2 * x - k > most) {
                most = 2 * x - k;
                best = {b0 + x, a0 + x - k};
            }
        }
        return best;
    }

    static int at(const std::vector<int>& row, int place) { return row[place]; }

    Numbers m_before;
    Numbers m_after;
    std::stop_token m_stop;
    std::vector<int> m_forward; // by diagonal: how far the older text is read
    std::vector<int> m_backward;
    std::vector<std::pair<int, int>> m_same;
};

qsizetype placeOf(const Tokens& tokens, std::size_t token) {
    if (token < tokens.ranges.size())
        return tokens.ranges[token].position;
    return tokens.ranges.empty() ? 0 : tokens.ranges.back().end();
}

void append(QList<DifferencePiece>& pieces, const DifferencePiece& piece) {
    if (piece.before.length == 0 && piece.after.length == 0)
        return;
    if (!pieces.isEmpty() && pieces.last().isSame == piece.isSame) {
        pieces.last().before.length += piece.before.length;
        pieces.last().after.length += piece.after.length;
    } else {
        pieces.append(piece);
    }
}

template <class End>
QList<DifferencePiece> difference(QStringView before, QStringView after, const End& endOf,
                                  const std::stop_token& stop) {
    QHash<QStringView, int> known;
    const Tokens old = tokensOf(before, known, endOf);
    const Tokens now = tokensOf(after, known, endOf);
    const Myers myers(old.numbers, now.numbers, stop);
    QList<DifferencePiece> pieces;
    qsizetype b = 0;
    qsizetype a = 0;
    for (const auto& [oldToken, newToken] : myers.same()) {
        const qsizetype oldPlace = placeOf(old, static_cast<std::size_t>(oldToken));
        const qsizetype newPlace = placeOf(now, static_cast<std::size_t>(newToken));
        const qsizetype length = old.ranges[static_cast<std::size_t>(oldToken)].length;
        append(pieces, {{b, oldPlace - b}, {a, newPlace - a}, false});
        append(pieces, {{oldPlace, length}, {newPlace, length}, true});
        b = oldPlace + length;
        a = newPlace + length;
    }
    append(pieces, {{b, before.size() - b}, {a, after.size() - a}, false});
    return pieces;
}

} // namespace

QList<DifferencePiece> differenceByParagraphs(const QString& before, const QString& after,
                                              const std::stop_token& stop) {
    return difference(before, after, endOfParagraph, stop);
}

QList<DifferencePiece> differenceByWords(QStringView before, QStringView after, const std::stop_token& stop) {
    return difference(before, after, endOfWord, stop);
}

TextEdit restoringEdit(const SpannedText& before, const SpannedText& after,
                       const QList<DifferencePiece>& differences) {
    TextEdit edit;
    const auto take = [&edit](const SpannedText& text, const TextRange& range) {
        edit.inserted += QStringView(text.text()).sliced(range.position, range.length);
        for (const Span& span : text.spansOf(range))
            appendSpan(edit.insertedSpans, span);
    };
    edit.position = differences.first().after.position;
    edit.removedLength = differences.last().after.end() - edit.position;
    qsizetype end = edit.position; // of what is taken, in the newer text
    for (const DifferencePiece& difference : differences) {
        take(after, {end, difference.after.position - end});
        take(before, difference.before);
        end = difference.after.end();
    }
    return edit;
}

} // namespace app
