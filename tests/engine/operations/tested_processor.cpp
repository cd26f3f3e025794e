#include "engine/backend/cpu_backend.h"
#include "tests/engine/operations/tested_backend.h"

namespace support {

using namespace engine;

TestedBackend testedBackend() {
    return {.open = []() -> Expected<std::unique_ptr<Backend>> {
        return std::make_unique<CpuBackend>(std::make_shared<ThreadPool>(2));
    }};
}

} // namespace support
