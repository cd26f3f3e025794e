// stored_value-inl.h: stored weights as vectors of float32.
// Included once per instruction set.

#if defined(ENGINE_CPU_STORED_VALUE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ENGINE_CPU_STORED_VALUE_INL_H_
#undef ENGINE_CPU_STORED_VALUE_INL_H_
#else
#define ENGINE_CPU_STORED_VALUE_INL_H_
#endif

#include "engine/core/data_type.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D> HWY_INLINE hn::Vec<D> widened(D d, const float* stored) { return hn::LoadU(d, stored); }
// Bytes become integers.
template <class D> HWY_INLINE hn::Vec<D> widened(D d, const std::uint8_t* stored) {
    const hn::Rebind<std::uint8_t, D> storedTag;
    const hn::Rebind<std::int32_t, D> integers;
    return hn::ConvertTo(d, hn::PromoteTo(integers, hn::LoadU(storedTag, stored)));
}
template <class D> HWY_INLINE hn::Vec<D> widened(D d, const hwy::bfloat16_t* stored) {
    const hn::Rebind<hwy::bfloat16_t, D> storedTag;
    return hn::PromoteTo(d, hn::LoadU(storedTag, stored));
}
template <class D> HWY_INLINE hn::Vec<D> widened(D d, const hwy::float16_t* stored) {
#if HWY_TARGET == HWY_SCALAR // whose PromoteTo takes infinity for a number
    std::uint16_t bits;
    std::memcpy(&bits, stored, sizeof bits);
    return hn::Set(d, halfToFloat(bits));
#else
    const hn::Rebind<hwy::float16_t, D> storedTag;
    return hn::PromoteTo(d, hn::LoadU(storedTag, stored));
#endif
}

// The same for fewer values than a vector has, followed by zeros.
template <class D, class Stored>
HWY_INLINE hn::Vec<D> widenedTail(D d, const Stored* stored, std::size_t count) {
    HWY_ALIGN Stored padded[hn::MaxLanes(D())] = {};
    for (std::size_t i = 0; i < count; ++i)
        padded[i] = stored[i];
    return widened(d, padded);
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#endif
