// measured_limits.h: what this machine can do at most, measured now, for shares such as "73 % of the bandwidth".
// Each takes about a second and the whole pool. Other programs that run meanwhile lower the result.
// Units:   GB/s and GFLOP/s, powers of ten; a multiply-add is two operations.
// Errors:  OutOfMemory; UnsupportedType where the processor has no products of that type.
// Threads: the pool's rules.
#pragma once

#include "engine/core/data_type.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"

namespace engine {

// Reading memory in long runs, over a buffer far larger than the last cache: the best of several passes.
[[nodiscard]] Expected<double> measureBandwidth(ThreadPool& pool);

// oneDNN's rate on 2048 x 2048 matrices of Float32 or BFloat16: the best of several products.
[[nodiscard]] Expected<double> measureMatrixRate(DataType type, ThreadPool& pool);

} // namespace engine
