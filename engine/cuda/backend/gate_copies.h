// gate_copies.h: the gates' way from the device to the sinks, beside the work: each layer's are copied to the
// host while the next layers run, and sinks get them while the next token is computed.
// Use:     while a step is recorded, reserve() before it, copy() for each layer, join() at its end; deliver()
//          after it has run.
// Errors:  BackendFailure.
// Threads: one at a time; sinks are called on the caller's.
#pragma once

#include "engine/backend/backend.h"
#include "engine/cuda/device/device.h"
#include "engine/cuda/device/device_memory.h"

#include <cstddef>
#include <span>
#include <vector>

namespace engine::cuda {

// What one recorded step copies, and where to. Two of a kind take turns, so that a token's gates can be read
// while the next token's arrive.
class GateCopies {
public:
    GateCopies();
    ~GateCopies();
    GateCopies(const GateCopies&) = delete;
    GateCopies& operator=(const GateCopies&) = delete;

    // ---- while recording ----
    // Before: room for all layers' gates.
    void reserve(std::size_t floats);
    void copy(const GateReport& report, int rows, const Device& device);
    void join(const Device& device);

    // ---- after the step has run ----
    void deliver(std::span<const SequenceInput> inputs) const;

private:
    struct Copy {
        GateReport report; // of the host's memory
        int rows = 0;
    };
    std::vector<Copy> m_copies;
    PinnedArray<float> m_memory;
    std::size_t m_used = 0;
    bool m_hasFork = false; // copies beside the work, which have to be waited for
    cudaEvent_t m_fork = nullptr, m_join = nullptr;
};

} // namespace engine::cuda
