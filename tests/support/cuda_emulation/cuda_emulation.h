// cuda_emulation.h: how a test steers the emulated CUDA, and what it can ask about it.
// Threads: any; one call at a time.
// The environment variable CUDA_EMULATION_ORDER names the order of threads and blocks where setOrder() has
// not.
#pragma once

#include "tests/support/cuda_emulation/runtime/runtime_errors.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cuda_emulation {

// Back to one healthy device with the usual memory, order and counters. Allocations and handles stay as they
// are.
void reset();

// The n-th next runtime call of any thread returns `error` and does nothing else, except that what frees or
// destroys still does. Errors that cost a real program its device are returned by all later calls, too, until
// reset(). cudaSuccess: none. Calls that ask for an error or its name are not counted.
void failAfter(cudaError_t error, int calls);

// What the device has; cudaMalloc() beyond it returns cudaErrorMemoryAllocation.
void setMemoryLimit(std::size_t bytes);
// With 0, everything returns cudaErrorNoDevice.
void setDevices(int count);
// "forward", "reverse" or "random:<seed>" (see order.h); "" for the environment's.
void setOrder(std::string_view name);

// Since the last reset(): kernels run, those of graphs included, and runtime calls made.
[[nodiscard]] std::uint64_t launches();
[[nodiscard]] std::uint64_t runtimeCalls();
// For leak checks: device memory, page-locked host memory, and streams, events and graphs that exist.
[[nodiscard]] std::size_t bytesAllocated();
[[nodiscard]] std::size_t hostBytesAllocated();
[[nodiscard]] std::size_t objectsAlive();

} // namespace cuda_emulation
