// state.h: all that a sequence carries between tokens; a value to copy, store, compare and restore.
// Source:  docs/spec/rwkv-models.md section 6; layout: engine/model/state_layout.h.
//          RWKV-X has pages of keys and values besides (attention_cache.h), which copies share.
// Where:   in the host's memory or, once a device has worked on it, on that device: all of it, or that of the
//          first layers if the others run on the processor. Copies of it stand there too as long as there is
//          room for them. values() brings it back.
// Errors:  BackendFailure where a device is involved; std::bad_alloc.
// Threads: a value; on a device, that of the Session which works on it.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/state_memory.h"
#include "engine/core/aligned_buffer.h"
#include "engine/model/config.h"
#include "engine/model/state_layout.h"
#include "engine/runtime/state/attention_cache.h"

#include <cstdint>
#include <memory>
#include <span>

namespace engine {

class State {
public:
    State() = default;                         // empty: belongs to no model
    explicit State(const ModelConfig& config); // the state before the first token: all zero
    State(const State& other);
    State(State&& other) noexcept = default;
    State& operator=(const State& other);
    State& operator=(State&& other) noexcept = default;
    ~State() = default;

    [[nodiscard]] std::int64_t position() const { return m_position; }
    void advance(std::int64_t tokens) { m_position += tokens; }
    // Without pages.
    [[nodiscard]] std::size_t byteSize() const { return m_layout.size() * sizeof(float); }
    [[nodiscard]] bool fits(const ModelConfig& config) const { return m_layout == StateLayout(config); }
    // Whether they differ in the enhancement's rows at most, as those of a base model do that is run alone
    // and under a gate.
    [[nodiscard]] bool sharesBaseWith(const State& other) const;
    // Such a state of a sequence that runs without the enhancement, in the shape of `shape`.
    [[nodiscard]] State inShapeOf(const State& shape) const;
    bool operator==(const State& other) const; // bit for bit

    [[nodiscard]] const AttentionCache& attention() const { return m_attention; }
    [[nodiscard]] AttentionCache& attention() { return m_attention; }

    // The flat part in the host's memory; the first, where the values stay on the device, fetches them each
    // time.
    [[nodiscard]] std::span<const float> values() const;
    [[nodiscard]] std::span<float> values();

    [[nodiscard]] bool isOnDevice() const { return m_device != nullptr; }
    // The first `layers` layers' part, from now on on this device. A host's backend has all.
    [[nodiscard]] float* placeOn(Backend& backend, int layers);
    // What the device does not have; layers it has are not up to date. Never null.
    [[nodiscard]] float* hostValues() { return m_values.data(); }

private:
    void bringBack() const;

    StateLayout m_layout;
    mutable AlignedBuffer<float> m_values;
    std::unique_ptr<StateMemory> m_device; // not null: the first m_deviceSize values stand there
    std::size_t m_deviceSize = 0;
    std::int64_t m_position = 0;
    AttentionCache m_attention;
};

} // namespace engine
