// low_rank_cuda.cu: several low-rank maps in one launch (cuda/low_rank.cuh), blockIdx.z being the map.
#include "engine/kernels/low_rank.h"

#include "engine/kernels/cuda/low_rank.cuh"
#include "engine/kernels/cuda/stream.h"

#include <algorithm>
#include <cassert>

namespace engine::cuda {

namespace {

struct StoreSum {
    const float* bias = nullptr;
    float* output = nullptr;
    int width = 0;
    float addend = 0;

    __device__ __forceinline__ void fetch(int column) {
        if (bias != nullptr)
            addend = bias[column];
    }
    __device__ __forceinline__ void load(int, int) {}
    __device__ __forceinline__ void store(int row, int column, float sum) const {
        output[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + column] = sum + addend;
    }
};

struct Maps {
    LowRankInput inputs[kMostLowRanks];
    StoreSum ends[kMostLowRanks];
    int tokens = 0;
};

template <int kTokens>
__global__ void __launch_bounds__(kLowRankThreads) lowRankDecodeKernel(const __grid_constant__ Maps maps) {
    lowRankFewTokens<kTokens>(maps.inputs[blockIdx.z], static_cast<int>(blockIdx.y) * kTokens, maps.tokens,
                              static_cast<int>(blockIdx.x) * kFewTokensColumns, maps.ends[blockIdx.z]);
}

__global__ void __launch_bounds__(kLowRankThreads, 2)
    lowRankPrefillKernel(const __grid_constant__ Maps maps) {
    lowRankManyTokens(maps.inputs[blockIdx.z], static_cast<int>(blockIdx.x) * kTileTokens, maps.tokens,
                      static_cast<int>(blockIdx.y) * kTileColumns, maps.ends[blockIdx.z]);
}

} // namespace

void lowRank(std::span<const LowRank> ops, int tokens, const Stream& stream) {
    assert(ops.size() <= kMostLowRanks);
    if (ops.empty())
        return;
    Maps maps;
    maps.tokens = tokens;
    int widest = 0;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const LowRank& op = ops[i];
        const int stride = op.hiddenStride > 0 ? op.hiddenStride : op.rank;
        maps.inputs[i] = {op.hidden, stride, op.rank, op.activation, op.factor, op.width};
        maps.ends[i] = {op.bias, op.output, op.width};
        widest = std::max(widest, op.width);
    }
    const LowRankKernels<Maps> kernels{lowRankDecodeKernel<1>, lowRankDecodeKernel<kTokensAtOnce>,
                                       lowRankPrefillKernel};
    launchLowRank(stream, kernels, tokens, widest, static_cast<unsigned>(ops.size()), maps);
}

} // namespace engine::cuda
