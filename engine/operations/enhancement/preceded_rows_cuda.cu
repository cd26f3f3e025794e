// preceded_rows_cuda.cu: copies rows; the thread of a sequence's first row also has its state, which it reads
// before it writes it.
#include "engine/operations/enhancement/preceded_rows.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;

__global__ void precededRowsKernel(const float* rows, int width, float* output, Sequences sequences) {
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kThreads + threadIdx.x);
    if (column >= width)
        return;
    const auto at = [&](int index) {
        return static_cast<std::size_t>(index) * static_cast<std::size_t>(width) + column;
    };
    const int s = row / sequences.tokens;
    output[at(row + s + 1)] = rows[at(row)];
    if (row % sequences.tokens != 0)
        return;
    float& previous = sequences.stateOf(s)[column];
    output[at(row + s)] = previous;
    if (sequences.isEnabled(s))
        previous = rows[at(row + sequences.tokens - 1)];
}

} // namespace

void precededRows(const PrecededRows& op, const Sequences& sequences, const Stream& stream) {
    const dim3 grid(static_cast<unsigned>(sequences.rows()),
                    static_cast<unsigned>(blocksFor(op.width, kThreads)));
    launch(stream, precededRowsKernel, grid, dim3(kThreads), op.rows, op.width, op.output, sequences);
}

} // namespace engine::cuda
