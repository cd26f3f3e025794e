// chunk_recorder.h: turns what sparse blocks chose into frames and hands them on as soon as all blocks of a
// token are there. Gates go on to a recorder of their own.
// Cost:    looks at the chosen pairs alone, H (k - 1) per token and block; nothing where nobody asks.
// Threads: used by the thread that runs the model. The consumer is called on that thread, must be quick
//          and must not throw.
#pragma once

#include "engine/backend/gate_sink.h"
#include "engine/trace/chunk_frame.h"

#include <cstdint>
#include <functional>

namespace engine {

class ChunkRecorder final : public GateSink {
public:
    using Consumer = std::function<void(ChunkFrames&&)>;

    // `blocks`: M, not 0. `first`: the position of the next token the model will read. `gates` may be null,
    // else outlives this.
    ChunkRecorder(int blocks, Consumer consumer, std::int64_t first = 0, GateSink* gates = nullptr);

    void gates(int layer, std::span<const float> values) override {
        if (m_gates != nullptr)
            m_gates->gates(layer, values);
    }
    void chunks(const ChosenChunks& chosen) override;

    // Of the next token. Tokens whose choices were lost, because memory ran out or their blocks did not
    // arrive in order, count as well.
    [[nodiscard]] std::int64_t position() const { return m_position; }

private:
    void add(const ChosenChunks& chosen);

    int m_blocks;
    Consumer m_consumer;
    std::int64_t m_position;
    GateSink* m_gates;
    int m_nextBlock = -1; // that fits; -1: none until block 0
    ChunkFrames m_frames;
    BlockChoices m_found; // scratch
};

} // namespace engine
