// bench_limits.h: what the machine can do at most, which `inkgate-cli bench` holds a model's rates against.
// Errors: OutOfMemory; those of a device.
#pragma once

#include "engine/core/data_type.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/runtime/devices.h"

namespace engine {

struct BenchLimits {
    double gigabytesPerSecond = 0, matrixGflops = 0;
    DataType matrixType = DataType::Float32; // that is multiplied at this rate
};

// Of the processor or the device, whichever computes for `opened`. `weights`: the type of the model's.
[[nodiscard]] Expected<BenchLimits> measureLimits(const OpenedSession& opened, DataType weights,
                                                  ThreadPool& pool);

} // namespace engine
