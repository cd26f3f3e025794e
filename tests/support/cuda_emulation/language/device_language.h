// device_language.h: CUDA's words beyond C++, as GCC can read them, and the variables that tell a thread
// where it stands.
// Threads: every CUDA thread is a fiber; the variables have its values while it runs.
// Limits:  __shared__ is a static array, so a kernel writes neither `static __shared__` nor `extern
// __shared__`; it keeps what the last block left in it. Neither __CUDACC__ nor __CUDA_ARCH__ is defined.
#pragma once

#include "tests/support/cuda_emulation/language/vector_types.h"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __shared__ static
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
// Empty, as the standard library also writes __attribute__((__noinline__)).
#define __noinline__
#define CUDART_CB

#define __builtin_assume(condition) cuda_emulation::checkAssumption(static_cast<bool>(condition), #condition)
#define __assume(condition) __builtin_assume(condition)

namespace cuda_emulation {

// Set by the scheduler before it resumes a thread.
extern uint3 g_threadIndex, g_blockIndex;
extern dim3 g_blockSize, g_gridSize;

// Says on standard error what the kernel did wrong, and aborts.
[[noreturn]] void fail(const char* format, ...) __attribute__((format(printf, 1, 2)));

inline void checkAssumption(bool holds, const char* condition) {
    if (!holds)
        fail("what the kernel assumes does not hold: %s", condition);
}

} // namespace cuda_emulation

inline constexpr const uint3& threadIdx = cuda_emulation::g_threadIndex;
inline constexpr const uint3& blockIdx = cuda_emulation::g_blockIndex;
inline constexpr const dim3& blockDim = cuda_emulation::g_blockSize;
inline constexpr const dim3& gridDim = cuda_emulation::g_gridSize;
inline constexpr int warpSize = 32;
