// forward.h: tokens of one or several sequences through a model, layer by layer. All sequences' rows go through each
// matrix together, which is then read once; what has a state is done for each sequence by itself.
// Source:  spec/rwkv-models.md section 1, spec/enhanced-rwkv.md section 1. The halves of a block are in
//          forward_rwkv5.cpp, forward_rwkv6.cpp, forward_rwkv7.cpp, forward_channel_mixing.cpp and
//          forward_enhancement.cpp.
// Rows:    the tokens of the first sequence, those of the second, ...
// Use:     begin(), then layer(0) .. layer(L-1), then logits(); a caller that stops in between must restore
//          the layer states it has already passed to layer().
// Threads: one at a time.
#pragma once

#include "engine/kernels/backend.h"
#include "engine/model/activations.h"
#include "engine/model/gate_sink.h"
#include "engine/model/model.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// One layer's share of a sequence's state, updated in place; shapes as in engine/runtime/state.h.
struct LayerState {
    float* attentionShift = nullptr;
    float* wkv = nullptr;
    float* feedForwardShift = nullptr;
    float* enhancement = nullptr;
};

// Consecutive tokens of one sequence.
struct SequenceInput {
    std::span<const int> tokens;  // ids in [0, V), one at least: the caller's promise
    std::int64_t position = 0;    // tokens before these
    bool wearsEnhancement = true; // false: the base model's part alone, as if there were no enhancement
    GateSink* sink = nullptr;     // null: nobody wants to know the gates
};

// The same at work in one layer.
struct SequenceStep {
    int index = 0;
    int firstRow = 0;
    int tokens = 0;
    std::int64_t position = 0;
    bool wearsEnhancement = true;
    GateSink* sink = nullptr;
    LayerState state;

    // Of a buffer [rows, columns].
    template <class T> [[nodiscard]] T* rowsOf(T* buffer, int columns) const {
        return buffer + static_cast<std::size_t>(firstRow) * static_cast<std::size_t>(columns);
    }
};

class Forward {
public:
    // `model` and `backend` must outlive this. At most `capacity` tokens of at most `sequences` sequences at a time.
    // Throws std::bad_alloc.
    Forward(const Model& model, Backend& backend, int capacity, int sequences = 1);

    [[nodiscard]] int capacity() const { return m_activations.capacity; }
    [[nodiscard]] int sequences() const { return m_activations.sequences; }

    // What it is about until the next begin(). Sizes within capacity() and sequences(): the caller's promise.
    void begin(std::span<const SequenceInput> inputs);
    // One state for each sequence.
    void layer(int index, std::span<const LayerState> states);
    // Logits of rows [first, first + count), [count, V].
    void logits(int first, int count, float* output);

private:
    const Model& m_model;
    Backend& m_backend;
    Activations m_activations;
    std::vector<SequenceStep> m_sequences;
    std::vector<int> m_tokens; // of all sequences
    float* m_stream = nullptr; // whichever of the activations' streams is current
};

} // namespace engine
