// source_gates_cuda.cu: opens the gates of all sources, adds what they let in and normalises, a block per
// token (row_norm.cuh), and moves earlier rows on (earlier_rows.cuh). A gate serves several channels, so the
// block first writes all of them and then reads them as inputs, with where the sources' rows are.
#include "engine/operations/enhancement/source_gates.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/enhancement/earlier_rows.cuh"
#include "engine/operations/rows/row_norm.cuh"

#include <algorithm>
#include <cassert>

namespace engine::cuda {

namespace {

struct Gates {
    PassedRows rows;
    int count = 0;                        // S
    RowSource sources[kMostSources] = {}; // of which S are used
    const float* means = nullptr;         // [T,M,D]
    int meanCount = 0;                    // M
    const float* embeddings = nullptr;    // [T+1,D] of each sequence
    const float* weight = nullptr;        // [S,D]
    float* gates = nullptr;               // [T,S,G]
    bool hasNorm = false;
    NormParameters norm;
    float* output = nullptr;

    [[nodiscard]] __device__ __forceinline__ int groups() const { return rows.width / kGateGroup; }
    [[nodiscard]] __device__ __forceinline__ const float* rowOf(int source, int row) const {
        const RowSource from = sources[source];
        const int s = row / rows.sequences.tokens; // so many rows more stand before its embeddings
        switch (from.kind) {
        case RowSource::Kind::Earlier: break;
        case RowSource::Kind::Mean: return means + rows.at(row * meanCount + from.index);
        case RowSource::Kind::Embedding: return embeddings + rows.at(row + s + 1);
        case RowSource::Kind::PreviousEmbedding: return embeddings + rows.at(row + s);
        }
        return rows.before(row, from.index);
    }
};

template <int kValues>
__global__ void __launch_bounds__(kRowThreads, 1) sourceGatesKernel(const __grid_constant__ Gates op) {
    __shared__ const float* from[kMostSources];
    const int width = op.rows.width;
    HeldNorm<kValues> norm;
    if (op.hasNorm)
        norm.load(op.norm, width);
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int s = row / op.rows.sequences.tokens;
    float* const output = op.output + op.rows.at(row);
    HeldRow<kValues> current;
    current.load(op.rows.stream + op.rows.at(row), width);
    if (!op.rows.sequences.isEnabled(s)) {
        current.forEach(width, [&](int, int column, float value) { output[column] = value; });
        return;
    }

    const int gateCount = op.count * op.groups();
    float* const gates = op.gates + static_cast<std::size_t>(row) * static_cast<std::size_t>(gateCount);
    for (int i = static_cast<int>(threadIdx.x); i < gateCount; i += kRowThreads)
        gates[i] = sigmoid(gates[i]);
    if (const int source = static_cast<int>(threadIdx.x); source < op.count)
        from[source] = op.rowOf(source, row);
    __syncthreads();

    HeldRow<kValues> result;
    result.fill(output, width, [&](int i, int column) {
        float sum = current.at(i, column);
        for (int source = 0; source < op.count; ++source) {
            const float gate = gates[source * op.groups() + column / kGateGroup];
            sum = fmaf(gate * op.weight[op.rows.at(source) + column], from[source][column], sum);
        }
        return sum;
    });
    if (op.rows.sequences.tokens == 1)
        advanceByOne(op.rows, s, current);
    RowStatistics statistics;
    if (op.hasNorm)
        statistics = rowStatistics(result, width, op.norm.epsilon);
    result.forEach(width, [&](int i, int column, float value) {
        output[column] = op.hasNorm ? norm.normalise(statistics, i, column, value) : value;
    });
}

} // namespace

void sourceGates(const SourceGates& op, const Sequences& sequences, const Stream& stream) {
    assert(op.count <= kMostSources && op.width % kGateGroup == 0);
    Gates gates{.rows = {op.width, op.earlier.rows, op.stream, sequences},
                .count = op.count,
                .means = op.means,
                .meanCount = op.meanCount,
                .embeddings = op.embeddings,
                .weight = op.weight,
                .gates = op.gates,
                .hasNorm = op.norm.has_value(),
                .norm = op.norm.value_or(NormParameters{}),
                .output = op.output};
    std::copy_n(op.sources.begin(), op.count, gates.sources);
    withHeldValues(op.width, [&](auto values) {
        launch(stream, sourceGatesKernel<values()>, dim3(static_cast<unsigned>(sequences.rows())),
               dim3(kRowThreads), gates);
    });
    advanceAfterSeveral(gates.rows, stream);
}

} // namespace engine::cuda
