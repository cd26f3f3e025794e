#include "app/runs/passage_finder.h"

#include <QHash>

#include <algorithm>
#include <bitset>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

namespace app {

namespace {

constexpr int kSieveBits = 16;

// The upper bits of a fingerprint depend on all of its units.
std::size_t sieveIndex(quint64 hash) { return static_cast<std::size_t>(hash >> (64 - kSieveBits)); }

// Of ascending places, -1 if there are none; of two that are as near the first.
qsizetype nearest(const QList<qsizetype>& places, qsizetype wanted) {
    if (places.isEmpty())
        return -1;
    const auto behind = std::lower_bound(places.begin(), places.end(), wanted);
    if (behind == places.begin())
        return *behind;
    const qsizetype before = *std::prev(behind);
    return behind == places.end() || wanted - before <= *behind - wanted ? before : *behind;
}

} // namespace

QList<TextRange> joined(QList<TextRange> ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const TextRange& a, const TextRange& b) { return a.position < b.position; });
    QList<TextRange> result;
    for (const TextRange& range : ranges) {
        if (range.length <= 0)
            continue;
        if (!result.isEmpty() && range.position <= result.last().end())
            result.last().length = std::max(result.last().end(), range.end()) - result.last().position;
        else
            result.append(range);
    }
    return result;
}

PassageFinder::PassageFinder(const ReadChunks& read, QStringView story) {
    qsizetype next = 0;
    // Lengths of pieces that are not where they were. Whole pieces first: where they are now tells of what is
    // left at the end of a part which of its places is the right one.
    std::set<qsizetype, std::greater<>> missing;
    for (const ReadChunks::StoryPart& part : read.stories) {
        qsizetype shift = part.inStory - part.start;
        for (qsizetype at = part.start; at < part.end(); at += kPieceUnits) {
            Piece piece{at, std::min(kPieceUnits, part.end() - at), read.pieces.value(next++), at + shift};
            const bool fits = piece.expected >= 0 && piece.length <= story.size() - piece.expected;
            if (fits && pieceHash(story.sliced(piece.expected, piece.length)) == piece.hash)
                piece.place = piece.expected;
            else
                missing.insert(piece.length);
            m_pieces.append(piece);
        }
    }
    for (const qsizetype length : missing)
        search(story, length);
}

// A window of this length goes along the story. Of several places that are alike the one counts that is
// nearest to where the text before the piece is now.
void PassageFinder::search(QStringView story, qsizetype length) {
    if (length > story.size() || length == 0)
        return;
    const auto sieve = std::make_unique<std::bitset<std::size_t{1} << kSieveBits>>();
    // By fingerprint, ascending: pieces that are alike share their places, which a story that repeats itself
    // has as many of as units.
    QHash<quint64, QList<qsizetype>> places;
    for (const Piece& piece : std::as_const(m_pieces))
        if (piece.place < 0 && piece.length == length) {
            sieve->set(sieveIndex(piece.hash));
            places.insert(piece.hash, {});
        }
    quint64 power = 1; // kPieceFactor^length
    for (qsizetype i = 0; i < length; ++i)
        power *= kPieceFactor;
    quint64 hash = pieceHash(story.first(length));
    for (qsizetype at = 0;; ++at) {
        if (sieve->test(sieveIndex(hash)))
            if (const auto found = places.find(hash); found != places.end())
                found->append(at);
        if (at + length >= story.size())
            break;
        hash = hash * kPieceFactor + story[at + length].unicode() + 1 -
               power * (quint64{story[at].unicode()} + 1);
    }
    qsizetype shift = 0;
    bool isShifted = false;
    for (Piece& piece : m_pieces) {
        if (piece.place < 0 && piece.length == length)
            piece.place = nearest(places.value(piece.hash), isShifted ? piece.read + shift : piece.expected);
        if (piece.place >= 0) {
            shift = piece.place - piece.read;
            isShifted = true;
        }
    }
}

QList<TextRange> PassageFinder::rangesOf(qsizetype start, qsizetype end) const {
    QList<TextRange> ranges;
    auto piece = std::partition_point(m_pieces.begin(), m_pieces.end(),
                                      [start](const Piece& one) { return one.read + one.length <= start; });
    for (; piece != m_pieces.end() && piece->read < end; ++piece) {
        if (piece->place < 0)
            continue;
        const qsizetype from = std::max(start, piece->read), to = std::min(end, piece->read + piece->length);
        ranges.append({piece->place + from - piece->read, to - from});
    }
    return joined(std::move(ranges));
}

} // namespace app
