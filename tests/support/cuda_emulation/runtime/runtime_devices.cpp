#include "tests/support/cuda_emulation/runtime/runtime_devices.h"
#include "tests/support/cuda_emulation/runtime/runtime_state.h"

#include <cstring>
#include <limits>

using cuda_emulation::RuntimeCall;

namespace {

constexpr int kVersion = 12080;

thread_local int t_device = 0;

cudaDeviceProp properties() {
    cudaDeviceProp p{};
    std::strcpy(p.name, "CUDA emulation");
    p.totalGlobalMem = cuda_emulation::memoryLimit();
    p.sharedMemPerBlock = 48 * 1024;
    p.sharedMemPerBlockOptin = 227 * 1024;
    p.sharedMemPerMultiprocessor = 228 * 1024;
    p.regsPerBlock = p.regsPerMultiprocessor = 65536;
    p.warpSize = 32;
    p.maxThreadsPerBlock = p.maxThreadsDim[0] = p.maxThreadsDim[1] = 1024;
    p.maxThreadsDim[2] = 64;
    p.maxGridSize[0] = std::numeric_limits<int>::max();
    p.maxGridSize[1] = p.maxGridSize[2] = 65535;
    p.maxThreadsPerMultiProcessor = 2048;
    p.maxBlocksPerMultiProcessor = 32;
    p.multiProcessorCount = 4; // few, so that grids made for the device stay small
    p.major = 9;
    p.minor = 0;
    p.l2CacheSize = 8 << 20;
    p.memoryBusWidth = 256;
    p.asyncEngineCount = p.concurrentKernels = p.unifiedAddressing = 1;
    return p;
}

bool isDevice(int device) { return device >= 0 && device < cuda_emulation::deviceCount(); }

} // namespace

cudaError_t cudaDriverGetVersion(int* version) {
    const RuntimeCall call(RuntimeCall::Needs::Nothing);
    if (!call.mustFail())
        *version = cuda_emulation::deviceCount() > 0 ? kVersion : 0; // 0: no driver
    return call.result();
}

cudaError_t cudaRuntimeGetVersion(int* version) {
    const RuntimeCall call(RuntimeCall::Needs::Nothing);
    if (!call.mustFail())
        *version = kVersion;
    return call.result();
}

cudaError_t cudaGetDeviceCount(int* count) {
    const RuntimeCall call;
    *count = call.mustFail() ? 0 : cuda_emulation::deviceCount();
    return call.result();
}

cudaError_t cudaSetDevice(int device) {
    const RuntimeCall call;
    if (call.mustFail() || !isDevice(device))
        return call.result(cudaErrorInvalidDevice);
    t_device = device;
    return call.result();
}

cudaError_t cudaGetDevice(int* device) {
    const RuntimeCall call;
    if (!call.mustFail())
        *device = t_device;
    return call.result();
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* result, int device) {
    const RuntimeCall call;
    if (call.mustFail() || !isDevice(device))
        return call.result(cudaErrorInvalidDevice);
    *result = properties();
    return call.result();
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
    const RuntimeCall call;
    if (call.mustFail() || !isDevice(device))
        return call.result(cudaErrorInvalidDevice);
    const cudaDeviceProp p = properties();
    switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock: *value = p.maxThreadsPerBlock; break;
    case cudaDevAttrMaxSharedMemoryPerBlock: *value = static_cast<int>(p.sharedMemPerBlock); break;
    case cudaDevAttrWarpSize: *value = p.warpSize; break;
    case cudaDevAttrMultiProcessorCount: *value = p.multiProcessorCount; break;
    case cudaDevAttrIntegrated: *value = p.integrated; break;
    case cudaDevAttrGlobalMemoryBusWidth: *value = p.memoryBusWidth; break;
    case cudaDevAttrL2CacheSize: *value = p.l2CacheSize; break;
    case cudaDevAttrMaxThreadsPerMultiProcessor: *value = p.maxThreadsPerMultiProcessor; break;
    case cudaDevAttrComputeCapabilityMajor: *value = p.major; break;
    case cudaDevAttrComputeCapabilityMinor: *value = p.minor; break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
        *value = static_cast<int>(p.sharedMemPerMultiprocessor);
        break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = static_cast<int>(p.sharedMemPerBlockOptin); break;
    default: return call.result(cudaErrorInvalidValue);
    }
    return call.result();
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    const RuntimeCall call;
    if (!call.mustFail()) {
        *least = 0;
        *greatest = -5;
    }
    return call.result();
}
