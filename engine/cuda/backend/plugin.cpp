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

Failure unavailable(std::string message) { return failure(ErrorCode::DeviceUnavailable, std::move(message)); }

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

CudaDevice describe(int index) {
    CudaDevice device;
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, index) != cudaSuccess) {
        device.name = "device " + std::to_string(index);
        device.unusable = "it does not answer";
        return device;
    }
    device.name = properties.name;
    device.capability = 10 * properties.major + properties.minor;
    device.processors = properties.multiProcessorCount;
    device.totalBytes = properties.totalGlobalMem;
    if (device.capability < kLeastCapability) {
        device.unusable = "it is older than Turing (compute capability " + std::to_string(properties.major) +
                          "." + std::to_string(properties.minor) + ", needed is 7.5)";
        return device;
    }
    std::size_t total = 0;
    if (cudaSetDevice(index) != cudaSuccess || cudaMemGetInfo(&device.freeBytes, &total) != cudaSuccess)
        device.unusable = "another program has taken it, or it does not answer";
    return device;
}

Expected<std::vector<CudaDevice>> devices() {
    if (auto driver = checkDriver(); !driver)
        return failure(std::move(driver.error()));
    int count = 0;
    if (const auto asked = cudaGetDeviceCount(&count); asked != cudaSuccess || count == 0)
        return unavailable("no NVIDIA GPU was found" +
                           (asked == cudaSuccess || asked == cudaErrorNoDevice
                                ? std::string()
                                : " (" + std::string(cudaGetErrorString(asked)) + ")"));
    std::vector<CudaDevice> found;
    for (int index = 0; index < count; ++index)
        found.push_back(describe(index));
    return found;
}

Expected<std::unique_ptr<Backend>> open(int device) try {
    return std::make_unique<CudaBackend>(std::make_shared<Device>(device));
} catch (const BackendFailure& refused) {
    return failure(refused.error());
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to start the GPU");
}

Expected<CudaLimits> limits(int device) try {
    return measureLimits(Device(device));
} catch (const BackendFailure& refused) {
    return failure(refused.error());
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to measure the GPU");
}

} // namespace

} // namespace engine::cuda

extern "C" __attribute__((visibility("default"))) const engine::CudaPlugin* inkgate_cuda_plugin() {
    static constexpr engine::CudaPlugin kPlugin{INKGATE_VERSION, engine::cuda::devices, engine::cuda::open,
                                                engine::cuda::limits};
    return &kPlugin;
}
