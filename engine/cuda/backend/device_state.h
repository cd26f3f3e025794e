// device_state.h: a sequence's state in the device's memory.
#pragma once

#include "engine/backend/state_memory.h"
#include "engine/cuda/device/device.h"
#include "engine/cuda/device/device_memory.h"

#include <memory>
#include <span>

namespace engine::cuda {

class DeviceState final : public StateMemory {
public:
    DeviceState(std::shared_ptr<Device> device, std::span<const float> values);
    ~DeviceState() override;

    [[nodiscard]] float* values() override { return m_values.data(); }
    [[nodiscard]] std::unique_ptr<StateMemory> copy() const override;
    void toHost(std::span<float> out) const override;
    [[nodiscard]] const Device& device() const { return *m_device; }

private:
    // Of which the bytes are taken already.
    DeviceState(std::shared_ptr<Device> device, const DeviceState& other);

    std::shared_ptr<Device> m_device;
    DeviceArray<float> m_values;
    std::size_t m_takenBytes = 0;
};

} // namespace engine::cuda
