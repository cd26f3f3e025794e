#include "engine/cuda/device/stream.h"

#include <string>

namespace engine::cuda {

void check(cudaError_t result, const char* what) {
    if (result == cudaSuccess)
        return;
    (void)cudaGetLastError(); // what can be forgotten is not told again by the next call
    const std::string reason = std::string(cudaGetErrorString(result)) + " while " + what;
    if (result == cudaErrorMemoryAllocation)
        throw BackendFailure(
            Error{ErrorCode::OutOfMemory, "the GPU's memory is full (" + reason +
                                              "); close what else uses it, or choose a smaller model or q4"});
    throw BackendFailure(Error{ErrorCode::DeviceLost, "the GPU stopped working (" + reason +
                                                          "); go on with the processor, or start again"});
}

} // namespace engine::cuda
