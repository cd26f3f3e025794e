// kernel_launch.h: how host code starts a kernel.
// Threads: any.
// Limits:  no dynamic shared memory, cooperative grids or clusters. What a kernel needs in registers and
// static shared memory is not known, and __launch_bounds__ is not checked.
#pragma once

#include "tests/support/cuda_emulation/language/vector_types.h"
#include "tests/support/cuda_emulation/runtime/runtime_errors.h"
#include "tests/support/cuda_emulation/runtime/streams_and_graphs.h"

#include <cstddef>
#include <functional>
#include <utility>

enum cudaLaunchAttributeID {
    cudaLaunchAttributeIgnore = 0,
    cudaLaunchAttributeCooperative = 2,
    cudaLaunchAttributeClusterDimension = 4,
    cudaLaunchAttributeProgrammaticStreamSerialization = 6,
    cudaLaunchAttributePriority = 8,
};

union cudaLaunchAttributeValue {
    char pad[64];
    int cooperative;
    struct {
        unsigned x, y, z;
    } clusterDim;
    int programmaticStreamSerializationAllowed;
    int priority;
};

struct cudaLaunchAttribute {
    cudaLaunchAttributeID id;
    cudaLaunchAttributeValue val;
};

struct cudaLaunchConfig_t {
    dim3 gridDim;
    dim3 blockDim;
    std::size_t dynamicSmemBytes;
    cudaStream_t stream;
    cudaLaunchAttribute* attrs;
    unsigned numAttrs;
};

enum cudaFuncAttribute {
    cudaFuncAttributeMaxDynamicSharedMemorySize = 8,
    cudaFuncAttributePreferredSharedMemoryCarveout = 9,
};

namespace cuda_emulation {

// `thread` is what each thread of the grid calls.
cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread);
cudaError_t setFunctionAttribute();
cudaError_t mostActiveBlocks(int* blocks, int blockSize);

} // namespace cuda_emulation

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
    // A parameter takes its value now: a graph launches the kernel with it later.
    const auto bind = [kernel](Parameters... values) -> std::function<void()> {
        return [kernel, ... values = values] { kernel(values...); };
    };
    return cuda_emulation::launch(*config, bind(std::forward<Arguments>(arguments)...));
}

// arguments[i] points to the i-th.
template <class... Parameters>
cudaError_t cudaLaunchKernel(void (*kernel)(Parameters...), dim3 gridSize, dim3 blockSize, void** arguments,
                             std::size_t dynamicSharedBytes = 0, cudaStream_t stream = nullptr) {
    cudaLaunchConfig_t config{};
    config.gridDim = gridSize;
    config.blockDim = blockSize;
    config.dynamicSmemBytes = dynamicSharedBytes;
    config.stream = stream;
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return cudaLaunchKernelEx(&config, kernel, *static_cast<Parameters*>(arguments[i])...);
    }
    (std::index_sequence_for<Parameters...>());
}

template <class Kernel> cudaError_t cudaFuncSetAttribute(Kernel*, cudaFuncAttribute, int) {
    return cuda_emulation::setFunctionAttribute();
}

// As many as the threads allow.
template <class Kernel>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Kernel*, int blockSize, std::size_t) {
    return cuda_emulation::mostActiveBlocks(blocks, blockSize);
}
