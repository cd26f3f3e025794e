// forward.h: tokens of one or several sequences through a model, layer by layer. All sequences' rows go
// through each matrix together, which is then read once; what has a state is done for each sequence by
// itself.
// Source:  docs/spec/rwkv-models.md section 1, docs/spec/enhanced-rwkv.md section 1. The halves of a block
//          are in forward_rwkv5.cpp, forward_rwkv6.cpp, forward_rwkv7.cpp, forward_channel_mixing.cpp and
//          forward_enhancement.cpp; what stands between blocks in forward_sparse_attention.cpp.
// Rows:    the tokens of the first sequence, those of the second, ...
// Use:     begin(), embed(), then layer(0) .. layer(L-1), then logits(); a caller that stops in between must
//          restore the states, of which some layers' part has changed. Where the layers are divided among two
//          backends, the second's forward pass has begin() and receive() where the first has begin() and
//          embed().
// Threads: one at a time.
#pragma once

#include "engine/backend/backend.h"
#include "engine/model/forward/activations.h"
#include "engine/model/model.h"
#include "engine/model/state_layout.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// A sequence's rows at work in one layer.
struct SequenceStep {
    int index = 0;
    int firstRow = 0;
    int tokens = 0;
    std::int64_t position = 0;
    bool usesEnhancement = true;
    float* state = nullptr;                    // all of it
    float* layerState = nullptr;               // this layer's part
    std::span<const AttentionPages> attention; // of each sparse block

    // Of a buffer [rows, columns].
    template <class T> [[nodiscard]] T* rowsOf(T* buffer, int columns) const {
        return buffer + static_cast<std::size_t>(firstRow) * static_cast<std::size_t>(columns);
    }
    // The same where each sequence has a row more, before its own.
    template <class T> [[nodiscard]] T* precededRowsOf(T* buffer, int columns) const {
        return rowsOf(buffer, columns) + static_cast<std::size_t>(index) * static_cast<std::size_t>(columns);
    }
};

class Forward {
public:
    // `model` and `backend` must outlive this. At most `capacity` tokens of at most `sequences` sequences at
    // a time. Throws std::bad_alloc, BackendFailure.
    Forward(const Model& model, Backend& backend, int capacity, int sequences = 1);

    [[nodiscard]] int capacity() const { return m_activations.capacity; }
    [[nodiscard]] int sequences() const { return m_activations.sequences; }
    [[nodiscard]] Backend& backend() const { return m_backend; }

    // What it is about until the next begin(). Sizes within capacity() and sequences(): the caller's promise.
    void begin(std::span<const SequenceInput> inputs);
    void embed();
    // Goes on where `before`, of the same model, has ended after so many layers.
    void receive(const Forward& before, int layers);
    void layer(int index);
    // Logits of rows [first, first + count), [count, V], into the backend's memory.
    void logits(int first, int count, float* output);

private:
    [[nodiscard]] bool isEnhanced() const;

    const Model& m_model;
    Backend& m_backend;
    StateLayout m_layout;
    Activations m_activations;
    std::vector<SequenceStep> m_sequences;
    std::vector<int> m_tokens;   // of all sequences
    std::vector<float> m_handed; // what receive() takes over, on its way
    bool m_reportsGates = false;
    bool m_reportsChoices = false;
    float* m_stream = nullptr; // whichever of the activations' streams is current
};

} // namespace engine
