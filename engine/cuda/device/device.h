// device.h: a device at work for one backend: its properties, its streams, and what states take of its
// memory. Shared by the backend and the states that stand on the device, whichever lives longer.
// Errors:  BackendFailure.
// Threads: one at a time.
#pragma once

#include "engine/cuda/device/stream.h"

#include <cuda_runtime.h>

#include <cstddef>

namespace engine::cuda {

class Device {
public:
    explicit Device(int index);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    [[nodiscard]] const Stream& stream() const { return m_stream; }
    // For copies beside the kernels.
    [[nodiscard]] cudaStream_t copies() const { return m_copies; }
    // CUDA's calls are about a thread's current device.
    void makeCurrent() const;
    void synchronize(const char* what) const;

    // Whether another state of so many bytes still has room, which is then taken.
    [[nodiscard]] bool takeStateBytes(std::size_t bytes);
    void giveStateBytes(std::size_t bytes) { m_stateBytes -= bytes; }

private:
    int m_index;
    Stream m_stream;
    cudaStream_t m_copies = nullptr;
    std::size_t m_stateBytes = 0, m_mostStateBytes = 0;
};

} // namespace engine::cuda
