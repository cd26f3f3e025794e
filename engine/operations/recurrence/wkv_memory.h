// wkv_memory.h: working memory with which wkv6 and wkv7 take the chunks of a long text side by side.
// With it, a sequence of more than two chunks is run in three launches:
//   1. every chunk by itself: the state at its end as if it had begun with none, and what it does to a state
//      before it
//   2. from chunk to chunk, the state at each chunk's beginning
//   3. every chunk again, now from its true beginning, with outputs
// All of it is sums and products, without division by decays, so it is exact but for rounding. Without the
// memory a sequence is run token by token in one launch.
// Shapes:  the memory is of `...MemoryFloats` float32, aligned to 16 bytes, and holds nothing between calls.
#pragma once

#include "engine/operations/recurrence/wkv6.h"
#include "engine/operations/recurrence/wkv7.h"

#include <cstddef>

namespace engine::cuda {

// The head size of all official models; others run token by token.
inline constexpr int kTileHeadSize = 64;
// Tokens of a chunk. Fixed, so that what comes out for a token does not depend on how many follow. 64, as 512
// tokens of 32 heads then are 256 blocks, enough to occupy 132 processors, while 4096 tokens still take only
// 62 steps in launch 2; and a chunk's state, written and read twice, stays below what its tokens' inputs need
// of the memory's rate.
inline constexpr int kWkvChunkTokens = 64;

// 1: token by token.
constexpr int wkvChunks(int tokens, int headSize) {
    const int chunks = (tokens + kWkvChunkTokens - 1) / kWkvChunkTokens;
    return headSize == kTileHeadSize && chunks > 2 ? chunks : 1;
}

// For one sequence of `tokens`; 0 where memory is of no use. States at the beginning of every chunk, and for
// each but the first and the last one what it does to a state: a factor per key channel in wkv6, a matrix in
// wkv7.
constexpr std::size_t wkv6MemoryFloats(int tokens, int heads, int headSize) {
    const auto chunks = static_cast<std::size_t>(wkvChunks(tokens, headSize));
    const auto width = static_cast<std::size_t>(heads) * static_cast<std::size_t>(headSize);
    return chunks == 1 ? 0 : (chunks * static_cast<std::size_t>(headSize) + chunks - 2) * width;
}
constexpr std::size_t wkv7MemoryFloats(int tokens, int heads, int headSize) {
    const auto chunks = static_cast<std::size_t>(wkvChunks(tokens, headSize));
    const auto n = static_cast<std::size_t>(headSize);
    return chunks == 1 ? 0 : (2 * chunks - 2) * static_cast<std::size_t>(heads) * n * n;
}

// The memory that the backend hands over in Sequences.
inline std::size_t workingFloats(const Wkv6& op) {
    return wkv6MemoryFloats(op.tokens, op.heads, op.headSize);
}
inline std::size_t workingFloats(const Wkv7& op) {
    return wkv7MemoryFloats(op.tokens, op.heads, op.headSize);
}

} // namespace engine::cuda
