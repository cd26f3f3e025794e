#include "engine/cpu/transpose.h"

#include <cstring>

namespace engine {

namespace {

constexpr std::size_t kSquare = 32; // 64 bytes, a line of the cache
constexpr std::size_t kTile = 8;

// Vectors of 16 bytes, which every processor has; the compiler's own, as Highway takes none for granted.
typedef std::uint16_t Words __attribute__((vector_size(16)));

inline Words load(const std::uint16_t* from) {
    Words words;
    std::memcpy(&words, from, sizeof words);
    return words;
}
inline void store(std::uint16_t* to, Words words) { std::memcpy(to, &words, sizeof words); }

// The first, or last, halves of a and b, by turns one of each: single words, pairs, fours.
#define INKGATE_INTERLEAVE(name, ...)                                                                        \
    inline Words name(Words a, Words b) { return __builtin_shufflevector(a, b, __VA_ARGS__); }
INKGATE_INTERLEAVE(lowerWords, 0, 8, 1, 9, 2, 10, 3, 11)
INKGATE_INTERLEAVE(upperWords, 4, 12, 5, 13, 6, 14, 7, 15)
INKGATE_INTERLEAVE(lowerPairs, 0, 1, 8, 9, 2, 3, 10, 11)
INKGATE_INTERLEAVE(upperPairs, 4, 5, 12, 13, 6, 7, 14, 15)
INKGATE_INTERLEAVE(lowerFours, 0, 1, 2, 3, 8, 9, 10, 11)
INKGATE_INTERLEAVE(upperFours, 4, 5, 6, 7, 12, 13, 14, 15)
#undef INKGATE_INTERLEAVE

// `to` has rows of kSquare.
inline void transposeTile(const std::uint16_t* from, std::size_t stride, std::uint16_t* to) {
    Words twos[kTile], fours[kTile];
    for (std::size_t i = 0; i < kTile; i += 2) { // of rows i and i + 1: columns 0 to 3, and 4 to 7
        const Words a = load(from + i * stride), b = load(from + (i + 1) * stride);
        twos[i] = lowerWords(a, b);
        twos[i + 1] = upperWords(a, b);
    }
    for (std::size_t half = 0; half < 2; ++half)       // columns 4 half to 4 half + 3, two by two
        for (std::size_t four = 0; four < 2; ++four) { // of rows 4 four to 4 four + 3
            const Words a = twos[4 * four + half], b = twos[4 * four + 2 + half];
            fours[4 * half + four] = lowerPairs(a, b);
            fours[4 * half + 2 + four] = upperPairs(a, b);
        }
    for (std::size_t c = 0; c < kTile; c += 2) {
        store(to + c * kSquare, lowerFours(fours[c], fours[c + 1]));
        store(to + (c + 1) * kSquare, upperFours(fours[c], fours[c + 1]));
    }
}

} // namespace

void transposeWords(const std::uint16_t* from, std::size_t rows, std::size_t columns, std::size_t column,
                    std::size_t count, std::uint16_t* to) {
    const std::size_t wholeRows = rows / kSquare * kSquare, wholeColumns = count / kTile * kTile;
    // A square is transposed beside, so that every line is written at once: lines a power of two apart share
    // places in the cache.
    alignas(64) std::uint16_t square[kSquare * kSquare];
    for (std::size_t row = 0; row < wholeRows; row += kSquare)
        for (std::size_t first = 0; first < wholeColumns; first += kSquare) {
            const std::size_t squareColumns = std::min(kSquare, wholeColumns - first);
            for (std::size_t r = 0; r < kSquare; r += kTile)
                for (std::size_t c = 0; c < squareColumns; c += kTile)
                    transposeTile(from + (row + r) * columns + column + first + c, columns,
                                  square + c * kSquare + r);
            for (std::size_t c = 0; c < squareColumns; ++c)
                std::memcpy(to + (first + c) * rows + row, square + c * kSquare,
                            sizeof(std::uint16_t) * kSquare);
        }
    for (std::size_t c = 0; c < count; ++c)
        for (std::size_t r = c < wholeColumns ? wholeRows : 0; r < rows; ++r)
            to[c * rows + r] = from[r * columns + column + c];
}

} // namespace engine
