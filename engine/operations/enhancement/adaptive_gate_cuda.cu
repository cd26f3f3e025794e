// adaptive_gate_cuda.cu: opens the gate, adds the shifted state and normalises, a block per token
// (row_norm.cuh), and moves earlier rows on (earlier_rows.cuh).
#include "engine/operations/enhancement/adaptive_gate.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/operations/enhancement/earlier_rows.cuh"
#include "engine/operations/rows/row_norm.cuh"

namespace engine::cuda {

namespace {

struct Gate {
    PassedRows rows;
    const float* shifted = nullptr;
    int shiftedStride = 0;
    const float* shiftChange = nullptr;
    float* gates = nullptr;
    bool isFixed = false;
    const float* bias = nullptr;
    bool hasNorm = false;
    NormParameters norm;
    float* output = nullptr;

    // The row that a token's gate lets in, before any change.
    [[nodiscard]] __device__ __forceinline__ const float* shiftedOf(int row) const {
        return shifted != nullptr
                   ? shifted + static_cast<std::size_t>(row) * static_cast<std::size_t>(shiftedStride)
                   : rows.before(row, 1);
    }
};

template <int kValues>
__global__ void __launch_bounds__(kRowThreads, 1) adaptiveGateKernel(const __grid_constant__ Gate op) {
    const int width = op.rows.width;
    HeldNorm<kValues> norm;
    if (op.hasNorm)
        norm.load(op.norm, width);
    HeldRow<kValues> bias;
    if (op.bias != nullptr)
        bias.load(op.bias, width);
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int s = row / op.rows.sequences.tokens;
    const float* const stream = op.rows.stream + op.rows.at(row);
    float* const output = op.output + op.rows.at(row);
    HeldRow<kValues> current;
    current.load(stream, width);
    if (!op.rows.sequences.isEnabled(s)) {
        current.forEach(width, [&](int, int column, float value) { output[column] = value; });
        return;
    }

    // All is on its way before the first of it is used.
    float* const gatesOfRow = op.gates != nullptr ? op.gates + op.rows.at(row) : nullptr;
    HeldRow<kValues> shifted;
    shifted.load(op.shiftedOf(row), width);
    HeldRow<kValues> change;
    if (op.shiftChange != nullptr)
        change.load(op.shiftChange + op.rows.at(row), width);
    HeldRow<kValues> gates;
    if (!op.isFixed) {
        HeldRow<kValues> logits;
        logits.load(gatesOfRow, width);
        gates.fill(gatesOfRow, width, [&](int i, int column) {
            return sigmoid(op.bias != nullptr ? logits.at(i, column) + bias.at(i, column)
                                              : logits.at(i, column));
        });
    }
    HeldRow<kValues> result;
    result.fill(output, width, [&](int i, int column) {
        float s = shifted.at(i, column);
        if (op.shiftChange != nullptr)
            s += change.at(i, column);
        return fmaf(op.isFixed ? 1.0f : gates.at(i, column), s, current.at(i, column));
    });
    if (op.rows.sequences.tokens == 1)
        advanceByOne(op.rows, s, current);
    RowStatistics statistics;
    if (op.hasNorm)
        statistics = rowStatistics(result, width, op.norm.epsilon);
    result.forEach(width, [&](int i, int column, float value) {
        if (gatesOfRow != nullptr)
            gatesOfRow[column] = op.isFixed ? 1.0f : gates.at(i, column);
        output[column] = op.hasNorm ? norm.normalise(statistics, i, column, value) : value;
    });
}

} // namespace

void adaptiveGate(const AdaptiveGate& op, const Sequences& sequences, const Stream& stream) {
    const Gate gate{{op.width, op.earlier.rows, op.stream, sequences},
                    op.shifted,
                    op.shiftedStride,
                    op.shiftChange,
                    op.gates,
                    op.isFixed,
                    op.bias,
                    op.norm.has_value(),
                    op.norm.value_or(NormParameters{}),
                    op.output};
    withHeldValues(op.width, [&](auto values) {
        launch(stream, adaptiveGateKernel<values()>, dim3(static_cast<unsigned>(sequences.rows())),
               dim3(kRowThreads), gate);
    });
    advanceAfterSeveral(gate.rows, stream);
}

} // namespace engine::cuda
