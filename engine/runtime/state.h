// state.h: all that a sequence carries between tokens; a value to copy, store, compare and restore.
// Source:  spec/rwkv-models.md section 6; the enhancement's rows: spec/enhanced-rwkv.md section 1.
// Layout:  one float32 buffer; for each layer l, in this order
//   attentionShift [D]      the last ln1 output
//   wkv            [H,N,N]  v5, v6: [head][key][value]; v7: [head][value][key]
//   feedForwardShift [D]    the last ln2 output
//   enhancement    [E,D]    h[t-1] .. h[t-E] before enhancement, newest first; E is 0 without an enhancement,
//                           1 for the adaptive gate, K for conv-routing
//   and `position`, the number of tokens seen.
// Threads: a value.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/model/config.h"

#include <cstdint>
#include <span>

namespace engine {

class State {
public:
    State() = default;                         // empty: belongs to no model
    explicit State(const ModelConfig& config); // the state before the first token: all zero

    [[nodiscard]] std::span<float> attentionShift(int layer);
    [[nodiscard]] std::span<float> wkv(int layer);
    [[nodiscard]] std::span<float> feedForwardShift(int layer);
    [[nodiscard]] std::span<float> enhancement(int layer);

    [[nodiscard]] std::int64_t position() const { return m_position; }
    void advance(std::int64_t tokens) { m_position += tokens; }
    [[nodiscard]] std::size_t byteSize() const { return m_values.byteSize(); }
    [[nodiscard]] std::span<const float> values() const { return m_values.span(); }
    [[nodiscard]] std::span<float> values() { return m_values.span(); }
    [[nodiscard]] bool fits(const ModelConfig& config) const;
    bool operator==(const State& other) const; // bit for bit

private:
    [[nodiscard]] std::size_t layerSize() const { return (2 + m_enhancementRows) * m_width + m_wkvSize; }
    [[nodiscard]] std::span<float> part(int layer, std::size_t offset, std::size_t size);

    int m_layers = 0;
    std::size_t m_width = 0, m_wkvSize = 0, m_enhancementRows = 0;
    AlignedBuffer<float> m_values;
    std::int64_t m_position = 0;
};

} // namespace engine
