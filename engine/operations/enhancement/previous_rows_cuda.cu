// previous_rows_cuda.cu: copies each token's row before it, from the stream or, for a first token, from the
// state. A thread per value.
#include "engine/operations/enhancement/previous_rows.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;

__global__ void previousRowsKernel(const float* stream, int width, float* output, bool isPaired,
                                   Sequences sequences) {
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kThreads + threadIdx.x);
    if (column >= width)
        return;
    const auto rowLength = static_cast<std::size_t>(width);
    const bool isFirst = row % sequences.tokens == 0;
    const float* const before = isFirst ? sequences.stateOf(row / sequences.tokens)
                                        : stream + static_cast<std::size_t>(row - 1) * rowLength;
    if (!isPaired) {
        output[static_cast<std::size_t>(row) * rowLength + column] = before[column];
        return;
    }
    float* const pair = output + 2 * static_cast<std::size_t>(row) * rowLength + column;
    pair[0] = stream[static_cast<std::size_t>(row) * rowLength + column];
    pair[rowLength] = before[column];
}

} // namespace

void previousRows(const PreviousRows& op, const Sequences& sequences, const Stream& stream) {
    const dim3 grid(static_cast<unsigned>(sequences.rows()),
                    static_cast<unsigned>(blocksFor(op.width, kThreads)));
    launch(stream, previousRowsKernel, grid, dim3(kThreads), op.stream, op.width, op.output, op.isPaired,
           sequences);
}

} // namespace engine::cuda
