// test_parts.h: what the tests of the emulation share: orders to try, a launch, memory and streams that clean
// up after themselves.
// Threads: any.
#pragma once

#include <QtGlobal>

#include <cstddef>
#include <cuda_runtime.h>
#include <vector>

inline const char* const kOrders[] = {"forward", "reverse", "random:1", "random:2"};

template <class Kernel, class... Arguments>
cudaError_t launch(cudaStream_t stream, dim3 grid, dim3 block, Kernel kernel, Arguments... arguments) {
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.stream = stream;
    cudaLaunchAttribute attribute;
    attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attribute.val.programmaticStreamSerializationAllowed = 1;
    config.attrs = &attribute;
    config.numAttrs = 1;
    return cudaLaunchKernelEx(&config, kernel, arguments...);
}

template <class T> struct DeviceArray {
    explicit DeviceArray(const std::vector<T>& values)
        : size(values.size()) {
        if (cudaMalloc(&data, bytes()) != cudaSuccess ||
            cudaMemcpy(data, values.data(), bytes(), cudaMemcpyHostToDevice) != cudaSuccess)
            qFatal("no device memory");
    }
    ~DeviceArray() { cudaFree(data); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    [[nodiscard]] std::size_t bytes() const { return size * sizeof(T); }
    [[nodiscard]] std::vector<T> values() const {
        std::vector<T> values(size);
        if (cudaMemcpy(values.data(), data, bytes(), cudaMemcpyDeviceToHost) != cudaSuccess)
            qFatal("no copy");
        return values;
    }
    std::size_t size;
    T* data = nullptr;
};

struct Stream {
    explicit Stream(unsigned flags = cudaStreamNonBlocking) { cudaStreamCreateWithFlags(&handle, flags); }
    ~Stream() { cudaStreamDestroy(handle); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    operator cudaStream_t() const { return handle; }
    cudaStream_t handle = nullptr;
};

struct Event {
    Event() { cudaEventCreateWithFlags(&handle, cudaEventDisableTiming); }
    ~Event() { cudaEventDestroy(handle); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    operator cudaEvent_t() const { return handle; }
    cudaEvent_t handle = nullptr;
};
