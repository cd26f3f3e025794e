// grid.h: runs the blocks of a grid one after another, and the threads of a block as fibers that meet at
// barriers.
// Threads: runGrid() under the runtime's lock; the others inside a kernel only.
// Limits:  a block that waits for a later block waits for ever. Threads that have returned count as arrived
// everywhere, as CUDA has it. If all threads of a block wait, the emulation says for what and aborts.
#pragma once

#include "tests/support/cuda_emulation/language/order.h"
#include "tests/support/cuda_emulation/language/vector_types.h"

#include <cstdint>
#include <functional>

namespace cuda_emulation {

// Calls `thread` once for every thread of the grid.
void runGrid(dim3 gridSize, dim3 blockSize, const std::function<void()>& thread, Order order);

// What the lanes of a warp brought to a meeting.
struct WarpValues {
    std::uint64_t value[32];
    unsigned lanes; // those that came
};

// Waits until all lanes of `mask` that still run have called this with the same mask and operation. What it
// refers to is valid until the calling thread's next meeting.
const WarpValues& meetWarp(const char* operation, unsigned mask, std::uint64_t value);
void meetBlock(const char* operation);
// Lets other threads run first.
void giveWay();

[[nodiscard]] unsigned lane();
[[nodiscard]] unsigned liveLanes();

} // namespace cuda_emulation

inline void __syncthreads() { cuda_emulation::meetBlock("__syncthreads"); }
inline void __nanosleep(unsigned) { cuda_emulation::giveWay(); }
