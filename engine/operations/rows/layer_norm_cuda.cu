// layer_norm_cuda.cu: layer normalisation, a block per row (row_norm.cuh).
#include "engine/operations/rows/layer_norm.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/operations/rows/row_norm.cuh"

namespace engine::cuda {

namespace {

template <int kValues> __global__ void __launch_bounds__(kRowThreads) layerNormKernel(LayerNorm op) {
    HeldNorm<kValues> norm;
    norm.load(op.norm, op.width);
    startNext();
    awaitPrevious();

    const std::size_t at = static_cast<std::size_t>(blockIdx.x) * static_cast<std::size_t>(op.width);
    const float* const input = op.input + at;
    float* const output = op.output + at;
    HeldRow<kValues> row;
    row.load(input, op.width);
    const RowStatistics statistics = rowStatistics(row, op.width, op.norm.epsilon);
    row.forEach(op.width, [&](int i, int column, float value) {
        output[column] = norm.normalise(statistics, i, column, value);
    });
}

} // namespace

void layerNorm(const LayerNorm& op, const Stream& stream) {
    withHeldValues(op.width, [&](auto values) {
        launch(stream, layerNormKernel<values()>, dim3(static_cast<unsigned>(op.tokens)), dim3(kRowThreads),
               op);
    });
}

} // namespace engine::cuda
