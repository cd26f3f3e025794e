// token_rows_cuda.cu: a thread per value; that of a sequence's first row also has its state, which it reads
// before it writes it.
#include "engine/operations/enhancement/token_rows.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;

__global__ void tokenRowsKernel(TokenRows op, Sequences sequences) {
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kThreads + threadIdx.x);
    if (column >= op.width)
        return;
    const auto width = static_cast<std::size_t>(op.width);
    // Of the halves of all rows: the first one is of this token, the second one of the next.
    const auto half = [&](int index) { return op.rows[static_cast<std::size_t>(index) * width + column]; };
    const int s = row / sequences.tokens;
    const bool isFirst = row % sequences.tokens == 0;
    float* const previous = sequences.stateOf(s) + column;
    float& output =
        op.output[static_cast<std::size_t>(row) * static_cast<std::size_t>(op.outputStride) + column];
    output += half(2 * row) + (isFirst ? *previous : half(2 * row - 1));
    if (isFirst && sequences.isEnabled(s))
        *previous = half(2 * (row + sequences.tokens) - 1);
}

} // namespace

void tokenRows(const TokenRows& op, const Sequences& sequences, const Stream& stream) {
    const dim3 grid(static_cast<unsigned>(sequences.rows()),
                    static_cast<unsigned>(blocksFor(op.width, kThreads)));
    launch(stream, tokenRowsKernel, grid, dim3(kThreads), op, sequences);
}

} // namespace engine::cuda
