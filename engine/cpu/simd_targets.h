// simd_targets.h: which instruction sets the kernels are compiled for; included before Highway.
// The float32 loops gain nothing from the steps in between, and each target costs compile time and program
// size; vectors of unknown size (SVE, RVV) cannot be kept in the arrays of registers that the kernels sum in.
// Remaining on x86-64: AVX-512, AVX2 with FMA, and plain code for processors from before 2013.
#pragma once

#include "engine/cpu/processor_level.h"

#define HWY_DISABLED_TARGETS                                                                                 \
    (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

namespace engine {

// Before main(), and so before any loop is chosen; in every program with such loops, since they all include
// this.
inline const bool areHighwayTargetsLimited = limitHighwayTargets();

} // namespace engine
