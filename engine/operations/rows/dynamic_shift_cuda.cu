// dynamic_shift_cuda.cu: RWKV-6's token shift: five low-rank products in one launch (cuda/low_rank.cuh),
// blockIdx.z being the use, each sum blended into its token at once.
#include "engine/operations/rows/dynamic_shift.h"

#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"
#include "engine/operations/products/low_rank/low_rank.cuh"

namespace engine::cuda {

namespace {

struct Blend {
    TokenShiftUse use;
    const float* normalised = nullptr;
    int width = 0;
    int tokens = 0; // of each sequence
    float mix = 0;
    float before = 0;
    float current = 0;

    __device__ __forceinline__ void fetch(int column) { mix = use.mix[column]; }
    __device__ __forceinline__ void load(int row, int column) {
        // Of each sequence up to this one, `normalised` has one row more.
        const float* const p = normalised + at(row + row / tokens, column);
        before = p[0];
        current = p[width];
    }
    __device__ __forceinline__ void store(int row, int column, float sum) const {
        use.output[at(row, column)] = fmaf(before - current, sum + mix, current);
    }
    [[nodiscard]] __device__ __forceinline__ std::size_t at(int row, int column) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + column;
    }
};

template <class Stored> struct Shift {
    int width = 0;
    int rank = 0;
    int rows = 0;
    int tokens = 0; // of each sequence
    const float* normalised = nullptr;
    const float* mixHidden = nullptr;
    const Stored* factors = nullptr;
    TokenShiftUse uses[kDynamicShiftUses];

    [[nodiscard]] __device__ __forceinline__ LowRankInput<Stored> input(int j) const {
        return {mixHidden + j * rank,
                kDynamicShiftUses * rank,
                rank,
                ActivationKind::Tanh,
                factors + static_cast<std::size_t>(j * rank) * static_cast<std::size_t>(width),
                width};
    }
    [[nodiscard]] __device__ __forceinline__ Blend blend(int j) const {
        return {uses[j], normalised, width, tokens};
    }
};

template <class Stored, int kTokens>
__global__ void __launch_bounds__(kLowRankThreads)
    dynamicShiftDecodeKernel(const __grid_constant__ Shift<Stored> shift) {
    const int j = static_cast<int>(blockIdx.z);
    lowRankFewTokens<kTokens>(shift.input(j), static_cast<int>(blockIdx.y) * kTokens, shift.rows,
                              static_cast<int>(blockIdx.x) * kFewTokensColumns, shift.blend(j));
}

template <class Stored>
__global__ void __launch_bounds__(kLowRankThreads, 2)
    dynamicShiftPrefillKernel(const __grid_constant__ Shift<Stored> shift) {
    const int j = static_cast<int>(blockIdx.z);
    lowRankManyTokens(shift.input(j), static_cast<int>(blockIdx.x) * kTileTokens, shift.rows,
                      static_cast<int>(blockIdx.y) * kTileColumns, shift.blend(j));
}

} // namespace

void dynamicShift(const DynamicShift& op, const Sequences& sequences, const Stream& stream) {
    withStoredType(op.factors.type, [&]<class Stored>() {
        Shift<Stored> shift{op.width,
                            op.rank,
                            sequences.rows(),
                            sequences.tokens,
                            op.normalised,
                            op.mixHidden,
                            static_cast<const Stored*>(op.factors.data),
                            {}};
        for (std::size_t j = 0; j < kDynamicShiftUses; ++j)
            shift.uses[j] = op.uses[j];
        const LowRankKernels<Shift<Stored>> kernels{dynamicShiftDecodeKernel<Stored, 1>,
                                                    dynamicShiftDecodeKernel<Stored, kTokensAtOnce>,
                                                    dynamicShiftPrefillKernel<Stored>};
        launchLowRank(stream, kernels, shift.rows, op.width, kDynamicShiftUses, shift);
    });
}

} // namespace engine::cuda
