// memory.cuh: how kernels reach memory: fetching ahead, loads that do not stay in the caches, and the two
// calls every kernel makes before its first access (stream.h).
#pragma once

#include <cuda_runtime.h>

namespace engine::cuda {

// Lets the next kernel on the stream begin its own preparations.
__device__ __forceinline__ void startNext() {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900
    cudaTriggerProgrammaticLaunchCompletion();
#endif
}

// Until the kernel before this one on the stream has ended and its results can be seen.
__device__ __forceinline__ void awaitPrevious() {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900
    cudaGridDependencySynchronize();
#endif
}

// Asks for a line of weights to come into the level 2 cache.
__device__ __forceinline__ void fetchAhead([[maybe_unused]] const void* address) {
#ifdef __CUDA_ARCH__
    asm volatile("prefetch.global.L2 [%0];" ::"l"(address));
#endif
}

// 16 bytes of weights that this token needs once: they need not stay in the caches.
__device__ __forceinline__ uint4 loadOnce(const void* address) {
    return __ldcs(static_cast<const uint4*>(address));
}

} // namespace engine::cuda
