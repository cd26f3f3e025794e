#include "engine/cuda/backend/device_state.h"

namespace engine::cuda {

// A state that is worked on must have room; only copies of it may be refused.
DeviceState::DeviceState(std::shared_ptr<Device> device, std::span<const float> values)
    : m_device(std::move(device))
    , m_values(values.size(), "keeping a state") {
    if (m_device->takeStateBytes(values.size_bytes()))
        m_takenBytes = values.size_bytes();
    check(cudaMemcpyAsync(m_values.data(), values.data(), values.size_bytes(), cudaMemcpyHostToDevice,
                          m_device->stream().handle),
          "taking over a state");
    m_device->synchronize("taking over a state");
}

DeviceState::DeviceState(std::shared_ptr<Device> device, const DeviceState& other)
    : m_device(std::move(device))
    , m_values(other.m_values.size(), "copying a state")
    , m_takenBytes(other.m_values.size() * sizeof(float)) {
    check(cudaMemcpyAsync(m_values.data(), other.m_values.data(), m_takenBytes, cudaMemcpyDeviceToDevice,
                          m_device->stream().handle),
          "copying a state");
}

// cudaFree() waits for the device, so nothing still works on it.
DeviceState::~DeviceState() { m_device->giveStateBytes(m_takenBytes); }

std::unique_ptr<StateMemory> DeviceState::copy() const {
    const std::size_t bytes = m_values.size() * sizeof(float);
    if (!m_device->takeStateBytes(bytes))
        return nullptr;
    try {
        return std::unique_ptr<StateMemory>(new DeviceState(m_device, *this));
    } catch (const BackendFailure& refused) {
        m_device->giveStateBytes(bytes);
        if (refused.error().code == ErrorCode::OutOfMemory)
            return nullptr;
        throw;
    }
}

void DeviceState::toHost(std::span<float> out) const {
    check(cudaMemcpyAsync(out.data(), m_values.data(), out.size_bytes(), cudaMemcpyDeviceToHost,
                          m_device->stream().handle),
          "fetching a state");
    m_device->synchronize("fetching a state");
}

} // namespace engine::cuda
