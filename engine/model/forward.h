// forward.h: a chunk of consecutive tokens of one sequence through a model, layer by layer.
// Source:  spec/rwkv-models.md section 1, spec/enhanced-rwkv.md section 1. The halves of a block are in
//          forward_rwkv5.cpp, forward_rwkv6.cpp, forward_rwkv7.cpp, forward_channel_mixing.cpp and
//          forward_enhancement.cpp.
// Use:     begin(), then layer(0) .. layer(L-1), then logits(); a caller that stops in between must restore
//          the layer states it has already passed to layer().
// Threads: one at a time.
#pragma once

#include "engine/kernels/backend.h"
#include "engine/model/activations.h"
#include "engine/model/gate_sink.h"
#include "engine/model/model.h"

#include <cstdint>
#include <span>

namespace engine {

// One layer's share of a sequence's state, updated in place; shapes as in engine/runtime/state.h.
struct LayerState {
    float* attentionShift = nullptr;
    float* wkv = nullptr;
    float* feedForwardShift = nullptr;
    float* enhancement = nullptr;
};

class Forward {
public:
    // `model` and `backend` must outlive this. At most `capacity` tokens per chunk. Throws std::bad_alloc.
    Forward(const Model& model, Backend& backend, int capacity);

    [[nodiscard]] int capacity() const { return m_activations.capacity; }

    // Ids in [0, V) and at most capacity() of them: the caller's promise. `position`: tokens before these.
    void begin(std::span<const int> tokens, std::int64_t position);
    void layer(int index, const LayerState& state, GateSink* sink);
    // Logits of tokens [first, first + count) of the chunk, [count, V].
    void logits(int first, int count, float* output);

private:
    const Model& m_model;
    Backend& m_backend;
    Activations m_activations;
    float* m_stream = nullptr; // whichever of the activations' streams is current
    int m_tokens = 0;
    std::int64_t m_position = 0;
};

} // namespace engine
