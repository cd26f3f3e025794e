// rwkv6-inl.h: the half-blocks that make an RWKV-6. Another architecture is another struct like this one.
#include "engine/training/blocks/rwkv6_channel_mixing-inl.h"
#include "engine/training/blocks/rwkv6_time_mixing-inl.h"

#include <hwy/highway.h>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

struct Rwkv6 {
    template <class Real, class Operand> using TimeMixing = Rwkv6TimeMixing<Real, Operand>;
    template <class Real, class Operand> using ChannelMixing = Rwkv6ChannelMixing<Real, Operand>;
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
