// state_memory.h: a sequence's state in a device's memory. The host's copy stands in State itself.
// Layout:  engine/model/state_layout.h.
// Errors:  BackendFailure.
// Threads: those of the backend it comes from, which it may outlive.
#pragma once

#include <memory>
#include <span>

namespace engine {

class StateMemory {
public:
    virtual ~StateMemory() = default;

    [[nodiscard]] virtual float* values() = 0; // device memory
    // On the same device; null if what the device keeps for states is full.
    [[nodiscard]] virtual std::unique_ptr<StateMemory> copy() const = 0;
    virtual void toHost(std::span<float> out) const = 0;
};

} // namespace engine
