// device_memory.h: owned memory of the device, and of the host where the device reads and writes it directly.
// Errors:  BackendFailure; destructors ignore what a lost device says.
// Threads: one at a time.
#pragma once

#include "engine/cuda/device/stream.h"

#include <cuda_runtime.h>

#include <cstddef>
#include <utility>

namespace engine::cuda {

// Until what was asked for without a stream has happened: such calls may return before, and our streams do
// not wait for them.
inline cudaError_t waitForDefaultStream(cudaError_t before) {
    return before == cudaSuccess ? cudaStreamSynchronize(nullptr) : before;
}

// From memory of the host that need not be locked; has happened on return.
inline void copyToDevice(void* to, const void* from, std::size_t bytes, const char* what) {
    check(waitForDefaultStream(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice)), what);
}

// Zero-filled.
template <class T> class DeviceArray {
public:
    DeviceArray() = default;
    explicit DeviceArray(std::size_t size, const char* what)
        : m_size(size) {
        check(cudaMalloc(reinterpret_cast<void**>(&m_data), size * sizeof(T)), what);
        const auto cleared = waitForDefaultStream(cudaMemset(m_data, 0, size * sizeof(T)));
        if (cleared != cudaSuccess) {
            (void)cudaFree(m_data);
            check(cleared, what);
        }
    }
    DeviceArray(DeviceArray&& other) noexcept { swap(other); }
    DeviceArray& operator=(DeviceArray&& other) noexcept {
        swap(other);
        return *this;
    }
    ~DeviceArray() {
        if (m_data != nullptr)
            (void)cudaFree(m_data);
    }
    void swap(DeviceArray& other) noexcept {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
    }
    // For working memory: grows, discarding its content, and never shrinks.
    void ensure(std::size_t size, const char* what) {
        if (m_size >= size)
            return;
        DeviceArray().swap(*this); // first, as there may not be room for both
        DeviceArray(size, what).swap(*this);
    }

    [[nodiscard]] T* data() const { return m_data; }
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    T* m_data = nullptr;
    std::size_t m_size = 0;
};

// The host's memory, locked in its place.
template <class T> class PinnedArray {
public:
    PinnedArray() = default;
    explicit PinnedArray(std::size_t size, const char* what)
        : m_size(size) {
        check(cudaMallocHost(reinterpret_cast<void**>(&m_data), size * sizeof(T)), what);
    }
    PinnedArray(PinnedArray&& other) noexcept { swap(other); }
    PinnedArray& operator=(PinnedArray&& other) noexcept {
        swap(other);
        return *this;
    }
    ~PinnedArray() {
        if (m_data != nullptr)
            (void)cudaFreeHost(m_data);
    }
    void swap(PinnedArray& other) noexcept {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
    }
    void ensure(std::size_t size, const char* what) {
        if (m_size < size)
            PinnedArray(size, what).swap(*this);
    }

    [[nodiscard]] T* data() const { return m_data; }
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    T* m_data = nullptr;
    std::size_t m_size = 0;
};

} // namespace engine::cuda
