// wkv_launch.cuh: how wkv6 and wkv7 are launched: in tiles, token by token or in chunks (wkv_memory.h), or by
// a plain kernel for heads that the tiles don't fit.
#pragma once

#include "engine/cuda/device/stream.h"
#include "engine/operations/recurrence/head_tile.cuh"

#include <cstddef>
#include <span>

namespace engine::cuda {

inline constexpr int kPlainThreads = 256;

template <class Operation> struct WkvKernels {
    using Tiles = void (*)(Operation, Sequences, ChunkStates);

    void (*plain)(Operation, Sequences) = nullptr; // kPlainThreads
    Tiles whole = nullptr, chunkEnds = nullptr, chunkOutputs = nullptr;
    unsigned endParts = 1; // blocks that a chunk's end takes
    void (*scan)(ChunkStates) = nullptr;
    dim3 scanBlocks; // for all heads
    int scanThreads = 0;
};

// `rows`: all that the operation reads or writes by quads; null is well aligned.
inline bool runsInTiles(int headSize, const Sequences& sequences, std::span<const float* const> rows) {
    if (headSize != kTileHeadSize || sequences.stateOffset % 4 != 0)
        return false;
    for (const float* address : rows)
        if (!isQuadAligned(address))
            return false;
    return true;
}

template <class Operation>
void launchWkv(const Operation& op, std::span<const float* const> rows, const Sequences& sequences,
               const Stream& stream, const WkvKernels<Operation>& kernels) {
    const auto heads = static_cast<unsigned>(op.heads);
    const dim3 perSequence(heads, static_cast<unsigned>(sequences.count));
    if (!runsInTiles(op.headSize, sequences, rows)) {
        launch(stream, kernels.plain, perSequence, kPlainThreads, op, sequences);
        return;
    }
    ChunkStates chunks;
    if (sequences.memory != nullptr && sequences.count == 1)
        chunks.count = wkvChunks(sequences.tokens, op.headSize);
    if (chunks.count == 1) {
        launch(stream, kernels.whole, perSequence, kTileThreads, op, sequences, chunks);
        return;
    }
    const auto count = static_cast<unsigned>(chunks.count);
    chunks.heads = op.heads;
    chunks.starts = sequences.memory;
    chunks.transitions = sequences.memory + static_cast<std::size_t>(count) * heads * kStateSize;
    launch(stream, kernels.chunkEnds, dim3(heads, count - 1, kernels.endParts), kTileThreads, op, sequences,
           chunks);
    launch(stream, kernels.scan, kernels.scanBlocks, kernels.scanThreads, chunks);
    launch(stream, kernels.chunkOutputs, dim3(heads, count), kTileThreads, op, sequences, chunks);
}

} // namespace engine::cuda
