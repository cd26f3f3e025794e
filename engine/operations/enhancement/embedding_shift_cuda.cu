// embedding_shift_cuda.cu: a thread per value.
#include "engine/operations/enhancement/embedding_shift.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;

__global__ void embeddingShiftKernel(EmbeddingShift op, int tokensOfSequence) {
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kThreads + threadIdx.x);
    if (column >= op.width)
        return;
    const auto width = static_cast<std::size_t>(op.width);
    const float* const before =
        op.rows + static_cast<std::size_t>(row + row / tokensOfSequence) * width + column;
    float& output =
        op.output[static_cast<std::size_t>(row) * static_cast<std::size_t>(op.outputStride) + column];
    output = fmaf(op.weight[width + column], before[0], fmaf(op.weight[column], before[width], output));
}

} // namespace

void embeddingShift(const EmbeddingShift& op, const Sequences& sequences, const Stream& stream) {
    const dim3 grid(static_cast<unsigned>(sequences.rows()),
                    static_cast<unsigned>(blocksFor(op.width, kThreads)));
    launch(stream, embeddingShiftKernel, grid, dim3(kThreads), op, sequences.tokens);
}

} // namespace engine::cuda
