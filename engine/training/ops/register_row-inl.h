// register_row-inl.h: a short row of values held in vector registers.
#include <hwy/highway.h>

#if defined(INKGATE_ENGINE_TRAINING_OPS_REGISTER_ROW_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_REGISTER_ROW_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_REGISTER_ROW_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_REGISTER_ROW_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// N values, in registers as far as they reach. The vectors are as long as the target's registers: GCC takes
// longer ones apart on the stack, lane by lane, which made the recurrence ten times slower on AVX2.
template <class Real, int N> struct Row {
    static constexpr int kSize = N;
    static constexpr int kBytes = HWY_MAX_BYTES;
    typedef Real Vector __attribute__((vector_size(kBytes), aligned(sizeof(Real)), may_alias));
    static constexpr int kLanes = kBytes / sizeof(Real);
    static constexpr int kVectors = N / kLanes;
    static_assert(N % kLanes == 0);
    Vector v[kVectors];

    static HWY_INLINE Row load(const Real* from) {
        Row row;
#pragma GCC unroll 64
        for (int i = 0; i < kVectors; ++i)
            row.v[i] = *reinterpret_cast<const Vector*>(from + i * kLanes);
        return row;
    }
    HWY_INLINE void store(Real* to) const {
#pragma GCC unroll 64
        for (int i = 0; i < kVectors; ++i)
            *reinterpret_cast<Vector*>(to + i * kLanes) = v[i];
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
