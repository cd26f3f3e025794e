// rwkv7-inl.h: the half-blocks that make an RWKV-7.
#include "engine/training/blocks/rwkv7_channel_mixing-inl.h"
#include "engine/training/blocks/rwkv7_time_mixing-inl.h"

#include <hwy/highway.h>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

struct Rwkv7 {
    template <class Real, class Operand> using TimeMixing = Rwkv7TimeMixing<Real, Operand>;
    template <class Real, class Operand> using ChannelMixing = Rwkv7ChannelMixing<Real, Operand>;
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
