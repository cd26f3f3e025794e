// instruction_sets.h: runs a check on every instruction set that this processor has and the kernels were
// compiled for.
// Threads: not while kernels run elsewhere.
#pragma once

#include "engine/cpu/simd_targets.h"

#include <hwy/highway.h>

#include <cstdint>

namespace support {

// check(const char* name), once per instruction set; what the processor really has is chosen again at the
// end.
template <class Check> void onEveryInstructionSet(Check check) {
    const std::int64_t supported = hwy::SupportedTargets();
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        // Higher bits stand for lesser sets, which are there whenever a better one is.
        hwy::SetSupportedTargetsForTest(supported & ~(target - 1));
        check(hwy::TargetName(target));
    }
    hwy::SetSupportedTargetsForTest(0);
}

} // namespace support
