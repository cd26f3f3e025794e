#include "engine/backend/cuda_plugin.h"
#include "tests/engine/operations/tested_backend.h"

extern "C" const engine::CudaPlugin* inkgate_cuda_plugin();

namespace support {

TestedBackend testedBackend() {
    return {.open = [] { return inkgate_cuda_plugin()->open(0); }, .isSlow = true};
}

} // namespace support
