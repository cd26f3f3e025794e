// gate_recorder.h: turns the gates of the forward pass into frames and hands them on as soon as all layers
// of a token are there.
// It runs inside prefill() and decode(), so it must be cheap: 0.44 microseconds per layer of 256 channels
// on the machine it was written on; `inkgate-cli bench --trace` measures it in place.
// Threads: used by the thread that runs the model. The consumer is called on that thread, must be quick
//          and must not throw.
#pragma once

#include "engine/backend/gate_sink.h"
#include "engine/model/gate_layout.h"
#include "engine/trace/gate_frame.h"

#include <cstdint>
#include <functional>
#include <span>

namespace engine {

// Writes the 8-bit codes of `gates` to `codes` (same size) and returns their summary. Not a number and values
// outside [0, 1] count as the nearest end (not a number as 0) in the codes and the percentiles; mean and
// deviation are of the values as they are.
[[nodiscard]] GateSummary summariseGates(std::span<const float> gates, std::span<std::uint8_t> codes);

class GateRecorder final : public GateSink {
public:
    using Consumer = std::function<void(GateFrames&&)>;

    // `first`: the position of the next token the model will read, e.g. state.position().
    GateRecorder(const GateLayout& layout, bool keepCodes, Consumer consumer, std::int64_t first = 0);

    void gates(int layer, std::span<const float> values) override;

    // Of the next token. Tokens whose gates were lost, because memory ran out or their layers did not arrive
    // in order, count as well.
    [[nodiscard]] std::int64_t position() const { return m_position; }

private:
    void begin(int tokens);
    void add(int layer, std::span<const float> values);

    GateLayout m_layout;
    bool m_keepCodes;
    Consumer m_consumer;
    std::int64_t m_position;
    int m_nextLayer = 0;
    GateFrames m_frames;
    std::vector<std::uint8_t> m_scratch; // the codes of one row when they are not kept
};

} // namespace engine
