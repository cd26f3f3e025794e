#include "tests/support/cuda_emulation/runtime/kernel_launch.h"
#include "tests/support/cuda_emulation/language/grid.h"
#include "tests/support/cuda_emulation/runtime/capture.h"
#include "tests/support/cuda_emulation/runtime/runtime_state.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cuda_emulation {

namespace {

constexpr int kThreadsPerBlock = 1024, kThreadsPerMultiprocessor = 2048, kBlocksPerMultiprocessor = 32;

cudaError_t check(const cudaLaunchConfig_t& config) {
    const dim3 grid = config.gridDim, block = config.blockDim;
    const bool isGrid = grid.x - 1 < 0x7fffffff && grid.y - 1 < 65535 && grid.z - 1 < 65535; // 0 - 1 is large
    const bool isBlock = block.x - 1 < 1024 && block.y - 1 < 1024 && block.z - 1 < 64;
    if (!isGrid || !isBlock || std::uint64_t{block.x} * block.y * block.z > kThreadsPerBlock)
        return cudaErrorInvalidConfiguration;
    if (config.dynamicSmemBytes > 0)
        return cudaErrorNotSupported;
    for (unsigned i = 0; i < config.numAttrs; ++i) {
        switch (config.attrs[i].id) {
        case cudaLaunchAttributeIgnore:
        case cudaLaunchAttributePriority:
        case cudaLaunchAttributeProgrammaticStreamSerialization: break;
        default: return cudaErrorNotSupported;
        }
    }
    return cudaSuccess;
}

} // namespace

cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    if (const cudaError_t error = check(config); error != cudaSuccess)
        return call.result(error);
    return call.result(
        submit(config.stream, [grid = config.gridDim, block = config.blockDim, thread = std::move(thread)] {
            const Order order = orderOfNextLaunch();
            countLaunch();
            runGrid(grid, block, thread, order);
        }));
}

cudaError_t setFunctionAttribute() {
    const RuntimeCall call;
    return call.result();
}

cudaError_t mostActiveBlocks(int* blocks, int blockSize) {
    const RuntimeCall call;
    if (call.mustFail() || blockSize < 1 || blockSize > kThreadsPerBlock)
        return call.result(cudaErrorInvalidValue);
    *blocks = std::min(kBlocksPerMultiprocessor, kThreadsPerMultiprocessor / ((blockSize + 31) / 32 * 32));
    return call.result();
}

} // namespace cuda_emulation
