#include "tests/support/cuda_emulation/runtime/runtime_memory.h"
#include "tests/support/cuda_emulation/cuda_emulation.h"
#include "tests/support/cuda_emulation/runtime/capture.h"
#include "tests/support/cuda_emulation/runtime/runtime_state.h"

#include <cstdlib>
#include <cstring>
#include <map>

using cuda_emulation::RuntimeCall;

namespace {

// As CUDA aligns. The size is not rounded up, so that the first byte beyond it is out of bounds.
constexpr std::size_t kAlignment = 256;

class Allocations {
public:
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }

    cudaError_t add(void** pointer, std::size_t bytes) {
        *pointer = nullptr;
        if (bytes == 0)
            return cudaSuccess;
        if (::posix_memalign(pointer, kAlignment, bytes) != 0)
            return cudaErrorMemoryAllocation;
        std::memset(*pointer, 0xff, bytes);
        m_sizes.emplace(static_cast<const char*>(*pointer), bytes);
        m_bytes += bytes;
        return cudaSuccess;
    }

    cudaError_t remove(void* pointer) {
        if (pointer == nullptr)
            return cudaSuccess;
        const auto found = m_sizes.find(static_cast<const char*>(pointer));
        if (found == m_sizes.end())
            return cudaErrorInvalidValue;
        m_bytes -= found->second;
        m_sizes.erase(found);
        std::free(pointer);
        return cudaSuccess;
    }

    // Whether one allocation holds all of them.
    [[nodiscard]] bool contain(const void* pointer, std::size_t bytes) const {
        const auto* first = static_cast<const char*>(pointer);
        auto next = m_sizes.upper_bound(first);
        if (next == m_sizes.begin())
            return false;
        --next;
        const auto offset = static_cast<std::size_t>(first - next->first);
        return offset <= next->second && bytes <= next->second - offset;
    }

private:
    std::map<const char*, std::size_t> m_sizes;
    std::size_t m_bytes = 0;
};

Allocations g_deviceMemory, g_hostMemory;

cudaError_t checkKind(const void* to, std::size_t toBytes, const void* from, std::size_t fromBytes,
                      cudaMemcpyKind kind) {
    if (toBytes == 0)
        return cudaSuccess;
    const bool toDevice = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool fromDevice = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    switch (kind) {
    case cudaMemcpyDefault: return cudaSuccess;
    case cudaMemcpyHostToHost:
    case cudaMemcpyHostToDevice:
    case cudaMemcpyDeviceToHost:
    case cudaMemcpyDeviceToDevice: break;
    default: return cudaErrorInvalidMemcpyDirection;
    }
    // The host's side must not begin in device memory, the device's must lie within it.
    const bool toIsRight = toDevice ? g_deviceMemory.contain(to, toBytes) : !g_deviceMemory.contain(to, 1);
    const bool fromIsRight =
        fromDevice ? g_deviceMemory.contain(from, fromBytes) : !g_deviceMemory.contain(from, 1);
    return toIsRight && fromIsRight ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t allocate(void** pointer, std::size_t bytes) {
    const std::size_t used = g_deviceMemory.bytes(), limit = cuda_emulation::memoryLimit();
    if (used > limit || bytes > limit - used)
        return cudaErrorMemoryAllocation;
    return g_deviceMemory.add(pointer, bytes);
}

} // namespace

namespace cuda_emulation {

std::size_t bytesAllocated() {
    const RuntimeLock lock;
    return g_deviceMemory.bytes();
}

std::size_t hostBytesAllocated() {
    const RuntimeLock lock;
    return g_hostMemory.bytes();
}

} // namespace cuda_emulation

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    const RuntimeCall call;
    if (!call.mustFail()) {
        const std::size_t used = g_deviceMemory.bytes();
        *total = cuda_emulation::memoryLimit();
        *free = *total > used ? *total - used : 0;
    }
    return call.result();
}

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    if (const cudaError_t error = cuda_emulation::permitUnsafeCall(); error != cudaSuccess)
        return call.result(error);
    return call.result(allocate(pointer, bytes));
}

cudaError_t cudaFree(void* pointer) {
    const RuntimeCall call;
    if (const cudaError_t error = cuda_emulation::permitUnsafeCall(); error != cudaSuccess)
        return call.result(error);
    return call.result(g_deviceMemory.remove(pointer));
}

cudaError_t cudaMallocAsync(void** pointer, std::size_t bytes, cudaStream_t stream) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    if (const cudaError_t error = cuda_emulation::permitUncaptured(stream); error != cudaSuccess)
        return call.result(error);
    return call.result(allocate(pointer, bytes));
}

cudaError_t cudaFreeAsync(void* pointer, cudaStream_t stream) {
    const RuntimeCall call;
    if (const cudaError_t error = cuda_emulation::permitUncaptured(stream); error != cudaSuccess)
        return call.result(error);
    return call.result(g_deviceMemory.remove(pointer));
}

cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    if (const cudaError_t error = cuda_emulation::permitUnsafeCall(); error != cudaSuccess)
        return call.result(error);
    return call.result(g_hostMemory.add(pointer, bytes));
}

cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
    return cudaHostAlloc(pointer, bytes, cudaHostAllocDefault);
}

cudaError_t cudaFreeHost(void* pointer) {
    const RuntimeCall call;
    if (const cudaError_t error = cuda_emulation::permitUnsafeCall(); error != cudaSuccess)
        return call.result(error);
    return call.result(g_hostMemory.remove(pointer));
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    if (const cudaError_t error = cuda_emulation::permitWaiting(nullptr); error != cudaSuccess)
        return call.result(error);
    const cudaError_t error = checkKind(to, bytes, from, bytes, kind);
    if (error == cudaSuccess && bytes > 0)
        std::memcpy(to, from, bytes);
    return call.result(error);
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    return cudaMemcpy2DAsync(to, bytes, from, bytes, bytes, 1, kind, stream);
}

cudaError_t cudaMemcpy2DAsync(void* to, std::size_t toPitch, const void* from, std::size_t fromPitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    if (width > toPitch || width > fromPitch)
        return call.result(cudaErrorInvalidValue);
    const auto extent = [&](std::size_t pitch) {
        return width * height > 0 ? (height - 1) * pitch + width : 0;
    };
    if (const cudaError_t error = checkKind(to, extent(toPitch), from, extent(fromPitch), kind);
        error != cudaSuccess)
        return call.result(error);
    return call.result(cuda_emulation::submit(stream, [=] {
        if (width == 0)
            return;
        for (std::size_t row = 0; row < height; ++row)
            std::memcpy(static_cast<char*>(to) + row * toPitch,
                        static_cast<const char*>(from) + row * fromPitch, width);
    }));
}

cudaError_t cudaMemset(void* to, int value, std::size_t bytes) {
    return cudaMemsetAsync(to, value, bytes, nullptr);
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
    const RuntimeCall call;
    if (call.mustFail())
        return call.result();
    if (bytes > 0 && !g_deviceMemory.contain(to, bytes))
        return call.result(cudaErrorInvalidValue);
    return call.result(cuda_emulation::submit(stream, [=] {
        if (bytes > 0)
            std::memset(to, value, bytes);
    }));
}
