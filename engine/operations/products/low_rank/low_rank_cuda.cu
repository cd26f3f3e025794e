// low_rank_cuda.cu: several low-rank maps in one launch (cuda/low_rank.cuh), blockIdx.z being the map, for
// each type that factors are stored in.
#include "engine/operations/products/low_rank/low_rank.h"

#include "engine/cuda/device/stream.h"
#include "engine/operations/products/low_rank/low_rank.cuh"

#include <algorithm>
#include <array>
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

template <class Stored> struct Maps {
    LowRankInput<Stored> inputs[kMostLowRanks];
    StoreSum ends[kMostLowRanks];
    int tokens = 0;
};

template <class Stored, int kTokens>
__global__ void __launch_bounds__(kLowRankThreads)
    lowRankDecodeKernel(const __grid_constant__ Maps<Stored> maps) {
    lowRankFewTokens<kTokens>(maps.inputs[blockIdx.z], static_cast<int>(blockIdx.y) * kTokens, maps.tokens,
                              static_cast<int>(blockIdx.x) * kFewTokensColumns, maps.ends[blockIdx.z]);
}

template <class Stored>
__global__ void __launch_bounds__(kLowRankThreads, 2)
    lowRankPrefillKernel(const __grid_constant__ Maps<Stored> maps) {
    lowRankManyTokens(maps.inputs[blockIdx.z], static_cast<int>(blockIdx.x) * kTileTokens, maps.tokens,
                      static_cast<int>(blockIdx.y) * kTileColumns, maps.ends[blockIdx.z]);
}

template <class Stored>
void launchMaps(std::span<const LowRank* const> ops, int tokens, const Stream& stream) {
    Maps<Stored> maps;
    maps.tokens = tokens;
    int widest = 0;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const LowRank& op = *ops[i];
        maps.inputs[i] = {op.hidden,     op.hiddenStride > 0 ? op.hiddenStride : op.rank, op.rank,
                          op.activation, static_cast<const Stored*>(op.factor.data),      op.width};
        maps.ends[i] = {op.bias, op.output, op.width};
        widest = std::max(widest, op.width);
    }
    const LowRankKernels<Maps<Stored>> kernels{lowRankDecodeKernel<Stored, 1>,
                                               lowRankDecodeKernel<Stored, kTokensAtOnce>,
                                               lowRankPrefillKernel<Stored>};
    launchLowRank(stream, kernels, tokens, widest, static_cast<unsigned>(ops.size()), maps);
}

} // namespace

void lowRank(std::span<const LowRank> ops, int tokens, const Stream& stream) {
    assert(ops.size() <= kMostLowRanks);
    for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16}) {
        std::array<const LowRank*, kMostLowRanks> kind;
        std::size_t count = 0;
        for (const LowRank& op : ops)
            if (op.factor.type == type)
                kind[count++] = &op;
        if (count > 0)
            withStoredType(type, [&]<class Stored>() {
                launchMaps<Stored>(std::span(kind).first(count), tokens, stream);
            });
    }
}

} // namespace engine::cuda
