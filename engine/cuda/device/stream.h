// stream.h: what a launch has to know of the device, and launches and checks that turn CUDA's errors into
// ours.
// Launches: every kernel may be started while the one before it on the stream still runs (programmatic
//           dependent
//          launch, from compute capability 9 on). Therefore each kernel, in each of its threads, before it
//          reads or writes what other kernels write or read and before it returns,
//              1. may fetch its weights ahead (memory.cuh), which nobody writes;
//              2. calls startNext() and then awaitPrevious() of memory.cuh.
//          As each waits for the whole of the one before, results are those of launches one after another.
// Shared memory is static, at most 48 KB, so that one source serves all devices.
// Errors:  BackendFailure from every function; OutOfMemory, DeviceLost or Internal.
// Threads: a stream serves one caller at a time.
#pragma once

#include "engine/core/backend_failure.h"

#include <cuda_runtime.h>

#include <array>
#include <utility>

namespace engine::cuda {

// Throws unless `result` is cudaSuccess; `what` names the work for the message: "reading the text".
void check(cudaError_t result, const char* what);

struct Stream {
    cudaStream_t handle = nullptr;
    int processors = 1;            // streaming multiprocessors
    int capability = 75;           // 10 major + minor
    bool startsDependents = false; // programmatic dependent launch
};

template <class... Parameters, class... Arguments>
void launch(const Stream& stream, void (*kernel)(Parameters...), dim3 grid, dim3 block,
            Arguments&&... arguments) {
    std::array<cudaLaunchAttribute, 1> attributes{};
    attributes[0].id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attributes[0].val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.stream = stream.handle;
    config.attrs = attributes.data();
    config.numAttrs = stream.startsDependents ? 1 : 0;
    check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(std::forward<Arguments>(arguments))...),
          "starting a kernel");
}

constexpr int blocksFor(int count, int perBlock) { return (count + perBlock - 1) / perBlock; }

} // namespace engine::cuda
