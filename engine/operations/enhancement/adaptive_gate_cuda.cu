// adaptive_gate_cuda.cu: opens the gate, adds the shifted state and normalises, a block per token
// (row_norm.cuh). In decoding the block also moves its sequence's earlier rows on, each thread its own
// columns. In prefill a second launch does, as several tokens' blocks read them.
#include "engine/operations/enhancement/adaptive_gate.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"
#include "engine/operations/rows/row_norm.cuh"

namespace engine::cuda {

namespace {

struct Gate {
    int width = 0;
    const float* stream = nullptr;
    int earlierRows = 0;
    const float* shifted = nullptr;
    int shiftedStride = 0;
    const float* shiftChange = nullptr;
    float* gates = nullptr;
    bool isFixed = false;
    const float* bias = nullptr;
    bool hasNorm = false;
    NormParameters norm;
    float* output = nullptr;
    Sequences sequences;

    [[nodiscard]] __device__ __forceinline__ std::size_t at(int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
    }
    // The row that a token's gate lets in, before any change.
    [[nodiscard]] __device__ __forceinline__ const float* shiftedOf(int row) const {
        if (shifted != nullptr)
            return shifted + static_cast<std::size_t>(row) * static_cast<std::size_t>(shiftedStride);
        if (row % sequences.tokens > 0)
            return stream + at(row - 1);
        return sequences.stateOf(row / sequences.tokens);
    }
};

// After the single token `current`. Each row takes the place of the one that is a token older, the oldest
// first.
template <int kValues>
__device__ __forceinline__ void advanceByOne(const Gate& op, float* earlier,
                                             const HeldRow<kValues>& current) {
    for (int k = op.earlierRows; --k > 0;) {
        HeldRow<kValues> row;
        row.load(earlier + op.at(k - 1), op.width);
        row.forEach(op.width, [&](int, int column, float value) { earlier[op.at(k) + column] = value; });
    }
    current.forEach(op.width, [&](int, int column, float value) { earlier[column] = value; });
}

template <int kValues>
__global__ void __launch_bounds__(kRowThreads, 1) adaptiveGateKernel(const __grid_constant__ Gate op) {
    HeldNorm<kValues> norm;
    if (op.hasNorm)
        norm.load(op.norm, op.width);
    HeldRow<kValues> bias;
    if (op.bias != nullptr)
        bias.load(op.bias, op.width);
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int s = row / op.sequences.tokens;
    const float* const stream = op.stream + op.at(row);
    float* const output = op.output + op.at(row);
    HeldRow<kValues> current;
    current.load(stream, op.width);
    if (!op.sequences.isEnabled(s)) {
        current.forEach(op.width, [&](int, int column, float value) { output[column] = value; });
        return;
    }

    // All is on its way before the first of it is used.
    float* const gatesOfRow = op.gates != nullptr ? op.gates + op.at(row) : nullptr;
    HeldRow<kValues> shifted;
    shifted.load(op.shiftedOf(row), op.width);
    HeldRow<kValues> change;
    if (op.shiftChange != nullptr)
        change.load(op.shiftChange + op.at(row), op.width);
    HeldRow<kValues> gates;
    if (!op.isFixed) {
        HeldRow<kValues> logits;
        logits.load(gatesOfRow, op.width);
        gates.fill(gatesOfRow, op.width, [&](int i, int column) {
            return sigmoid(op.bias != nullptr ? logits.at(i, column) + bias.at(i, column)
                                              : logits.at(i, column));
        });
    }
    HeldRow<kValues> result;
    result.fill(output, op.width, [&](int i, int column) {
        float s = shifted.at(i, column);
        if (op.shiftChange != nullptr)
            s += change.at(i, column);
        return fmaf(op.isFixed ? 1.0f : gates.at(i, column), s, current.at(i, column));
    });
    if (op.sequences.tokens == 1)
        advanceByOne(op, op.sequences.stateOf(s), current);
    RowStatistics statistics;
    if (op.hasNorm)
        statistics = rowStatistics(result, op.width, op.norm.epsilon);
    result.forEach(op.width, [&](int i, int column, float value) {
        if (gatesOfRow != nullptr)
            gatesOfRow[column] = op.isFixed ? 1.0f : gates.at(i, column);
        output[column] = op.hasNorm ? norm.normalise(statistics, i, column, value) : value;
    });
}

// After several tokens; a thread per column.
__global__ void __launch_bounds__(kRowThreads) advanceKernel(const __grid_constant__ Gate op) {
    startNext();
    awaitPrevious();

    const int s = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kRowThreads + threadIdx.x);
    if (column >= op.width || !op.sequences.isEnabled(s))
        return;
    const int tokens = op.sequences.tokens;
    float* const earlier = op.sequences.stateOf(s) + column;
    const float* const end = op.stream + op.at((s + 1) * tokens) + column;
    for (int k = op.earlierRows; k-- > 0;) // the oldest first, as it is replaced by a newer one
        earlier[op.at(k)] = k < tokens ? *(end - op.at(k + 1)) : earlier[op.at(k - tokens)];
}

} // namespace

void adaptiveGate(const AdaptiveGate& op, const Sequences& sequences, const Stream& stream) {
    const Gate gate{op.width,
                    op.stream,
                    op.earlier.rows,
                    op.shifted,
                    op.shiftedStride,
                    op.shiftChange,
                    op.gates,
                    op.isFixed,
                    op.bias,
                    op.norm.has_value(),
                    op.norm.value_or(NormParameters{}),
                    op.output,
                    sequences};
    withHeldValues(op.width, [&](auto values) {
        launch(stream, adaptiveGateKernel<values()>, dim3(static_cast<unsigned>(sequences.rows())),
               dim3(kRowThreads), gate);
    });
    if (sequences.tokens > 1)
        launch(stream, advanceKernel,
               dim3(static_cast<unsigned>(sequences.count),
                    static_cast<unsigned>(blocksFor(op.width, kRowThreads))),
               dim3(kRowThreads), gate);
}

} // namespace engine::cuda
