// plugin.cpp: what libinkgate_cuda.so exports: engine/backend/cuda_plugin.h.
#include "engine/backend/cuda_plugin.h"

#include "engine/cuda/backend/cuda_backend.h"
#include "engine/cuda/backend/limits.h"
#include "engine/cuda/device/device.h"

#include <cuda_runtime.h>

#include <memory>
#include <new>

namespace engine::cuda {

namespace {

// What the kernels are compiled for begins with Turing.
constexpr int kLeastCapability = 75;

std::string versionText(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

tl::unexpected<Error> unavailable(std::string message) {
    return failure(ErrorCode::DeviceUnavailable, std::move(message));
}

// Whether there is a driver that can run us.
Expected<void> checkDriver() {
    int driver = 0, runtime = 0;
    (void)cudaRuntimeGetVersion(&runtime);
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0)
        return unavailable("no NVIDIA driver is running; without one the processor does the work");
    if (driver / 1000 < runtime / 1000)
        return unavailable("the NVIDIA driver is too old: it is made for CUDA " + versionText(driver) +
                           ", needed is " + versionText(runtime) + "; update the driver");
    return {};
}

CudaCard describe(int index) {
    CudaCard card;
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) {
        card.name = "card " + std::to_string(index);
        card.unusable = "it does not answer";
        return card;
    }
    card.name = properties.name;
    card.capability = 10 * properties.major + properties.minor;
    card.processors = properties.multiProcessorCount;
    card.totalBytes = properties.totalGlobalMem;
    if (card.capability < kLeastCapability) {
        card.unusable = "it is older than Turing (compute capability " + std::to_string(properties.major) +
                        "." + std::to_string(properties.minor) + ", needed is 7.5)";
        return card;
    }
    std::size_t total = 0;
    if (cudaSetDevice(index) != cudaSuccess || cudaMemGetInfo(&card.freeBytes, &total) != cudaSuccess)
        card.unusable = "another program has taken it, or it does not answer";
    return card;
}

Expected<std::vector<CudaCard>> cards() {
    if (auto driver = checkDriver(); !driver)
        return tl::unexpected(std::move(driver.error()));
    int count = 0;
    if (const auto asked = cudaGetDeviceCount(&count); asked != cudaSuccess || count == 0)
        return unavailable("no NVIDIA card was found" +
                           (asked == cudaSuccess || asked == cudaErrorNoDevice
                                ? std::string()
                                : " (" + std::string(cudaGetErrorString(asked)) + ")"));
    std::vector<CudaCard> found;
    for (int index = 0; index < count; ++index)
        found.push_back(describe(index));
    return found;
}

Expected<std::unique_ptr<Backend>> open(int card) try {
    return std::make_unique<CudaBackend>(std::make_shared<Device>(card));
} catch (const BackendFailure& refused) {
    return tl::unexpected<Error>(refused.error());
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to start the graphics card");
}

Expected<CudaLimits> limits(int card) try {
    return measureLimits(Device(card));
} catch (const BackendFailure& refused) {
    return tl::unexpected<Error>(refused.error());
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to measure the graphics card");
}

} // namespace

} // namespace engine::cuda

extern "C" __attribute__((visibility("default"))) const engine::CudaPlugin* inkgate_cuda_plugin() {
    static constexpr engine::CudaPlugin kPlugin{INKGATE_VERSION, engine::cuda::cards, engine::cuda::open,
                                                engine::cuda::limits};
    return &kPlugin;
}
