// step_graphs.h: steps of decoding as CUDA graphs: a kind's first step runs call by call, its second is
// recorded, and from then on one launch does all of it.
// Errors:  BackendFailure.
// Threads: one at a time.
#pragma once

#include "engine/backend/backend.h"
#include "engine/cuda/backend/gate_copies.h"
#include "engine/cuda/device/device.h"

#include <array>
#include <functional>
#include <map>
#include <memory>

namespace engine::cuda {

class StepGraphs {
public:
    explicit StepGraphs(std::shared_ptr<const Device> device)
        : m_device(std::move(device)) {}

    // One that was recorded; its gates arrive in `gates`.
    struct Recorded {
        Recorded() = default;
        ~Recorded();
        Recorded(const Recorded&) = delete;
        Recorded& operator=(const Recorded&) = delete;

        cudaGraphExec_t graph = nullptr;
        GateCopies gates;
    };

    // The recording that serves the next step of this kind, made from `work` if need be; null for its first
    // step.
    [[nodiscard]] std::shared_ptr<Recorded> next(const StepKind& kind, std::size_t gateFloats,
                                                 const std::function<void()>& work);
    // Where gates are copied while a step is being recorded; null at other times.
    [[nodiscard]] GateCopies* recording() const { return m_recording; }
    // Forgets all, as memory that they use has moved. None may be running.
    void clear() { m_kinds.clear(); }

private:
    struct Kind {
        std::array<std::shared_ptr<Recorded>, 2> turns; // the second only where gates are reported
        int next = 0;
        bool hasRun = false;
    };
    [[nodiscard]] std::shared_ptr<Recorded> record(std::size_t gateFloats, const std::function<void()>& work);

    std::shared_ptr<const Device> m_device;
    std::map<StepKind, Kind> m_kinds;
    GateCopies* m_recording = nullptr;
};

} // namespace engine::cuda
