// attention_page.h: where the keys and values of one chunk of one sequence stand, in a sparse block's memory,
// and the pages of a sequence as a step finds them.
// Layout:  a page is float32 memory of pageFloats() values, in this order
//   pooled  [H,N]          float32: the sum of the chunk's keys, once it is complete
//   keys    [H,tiles,N,16] in tiles of 16 tokens, so that a query meets 16 keys without sums across a vector
//   values  [H,B,N]
//          keys and values are float16 or float32. What stands beyond the tokens read so far has no meaning.
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Kernels find their way in a page by the same functions.
#ifdef __CUDACC__
#define INKGATE_ALSO_ON_DEVICE __host__ __device__
#else
#define INKGATE_ALSO_ON_DEVICE
#endif

namespace engine {

inline constexpr int kKeyTile = 16; // tokens

struct AttentionShape {
    int heads = 0;    // H
    int headSize = 0; // N
    int chunk = 0;    // B
    bool isHalf = true;

    [[nodiscard]] INKGATE_ALSO_ON_DEVICE constexpr std::size_t width() const {
        return static_cast<std::size_t>(heads) * static_cast<std::size_t>(headSize);
    }
    [[nodiscard]] INKGATE_ALSO_ON_DEVICE constexpr int tiles() const {
        return (chunk + kKeyTile - 1) / kKeyTile;
    }
    // Of the stored values behind `pooled`, where those of a head begin.
    [[nodiscard]] INKGATE_ALSO_ON_DEVICE constexpr std::size_t keysOf(int head) const {
        return static_cast<std::size_t>(head) * static_cast<std::size_t>(tiles()) * kKeyTile *
               static_cast<std::size_t>(headSize);
    }
    [[nodiscard]] INKGATE_ALSO_ON_DEVICE constexpr std::size_t valuesOf(int head) const {
        return keysOf(heads) + static_cast<std::size_t>(head) * static_cast<std::size_t>(chunk) *
                                   static_cast<std::size_t>(headSize);
    }
    // Of a token of the chunk, in channel n of a head.
    [[nodiscard]] INKGATE_ALSO_ON_DEVICE constexpr std::size_t keyAt(int head, int token, int n) const {
        return keysOf(head) +
               (static_cast<std::size_t>(token / kKeyTile) * static_cast<std::size_t>(headSize) +
                static_cast<std::size_t>(n)) *
                   kKeyTile +
               static_cast<std::size_t>(token % kKeyTile);
    }
    [[nodiscard]] INKGATE_ALSO_ON_DEVICE constexpr std::size_t valueAt(int head, int token, int n) const {
        return valuesOf(head) + static_cast<std::size_t>(token) * static_cast<std::size_t>(headSize) +
               static_cast<std::size_t>(n);
    }
    [[nodiscard]] constexpr std::size_t pageFloats() const {
        const std::size_t stored = valuesOf(heads);
        return width() + (isHalf ? (stored + 1) / 2 : stored);
    }

    bool operator==(const AttentionShape&) const = default;
};

// What a sequence has in one sparse block, and what of it a step's tokens may see.
struct AttentionPages {
    std::span<float* const> complete; // of full chunks, oldest first
    float* own = nullptr;             // the chunk that the step's tokens join, which has room for them
    int filled = 0;                   // tokens in it before the step
    int chosen = 0;                   // complete chunks that a token reads, the best of those it sees
    bool isShared = false;            // all heads choose together; else each for itself
    // The first token that is seen: of the complete page `firstPage`, or of the own one if that is its
    // number.
    int firstPage = 0;
    int firstToken = 0;
    // Of the complete pages: which chunk of the text each is. For who is told what was chosen; operations do
    // not read it.
    std::span<const std::int64_t> numbers = {};
};

} // namespace engine
