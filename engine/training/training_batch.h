// training_batch.h: the tokens of one training pass and the states that its sequences carry.
// Windows carry state: a sequence longer than the window goes on from the state its last window left;
// gradients stop there.
#pragma once

#include "engine/core/aligned_buffer.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace engine {

// What a sequence carries from window to window: for each layer the values of time mixing, of channel mixing
// and of the enhancement, each as its half-block lays them out.
template <class Real> struct TrainingState {
    AlignedBuffer<Real> values;
    std::int64_t position = 0; // of the next token in the sequence

    // All zero, as before the first token. ModelGradient::freshState() knows the size.
    explicit TrainingState(std::size_t size)
        : values(size) {}
    void reset() {
        values.resize(values.size());
        position = 0;
    }
};

template <class Real> struct TrainingBatch {
    std::span<const int> inputs;           // [sequences, tokens]
    std::span<const int> targets;          // the same shape; below 0: not scored
    std::span<TrainingState<Real>> states; // one per sequence; read and moved on
    Real scale = 1;                        // the loss is scale * sum of -ln p(target)
    Real logitPull = 0;                    // docs/spec/rwkv-models.md section 12; 1e-4 in training
    std::span<Real> keptLogits = {};       // [sequences * tokens, vocabulary], or empty
    // [sequences, tokens] each, or empty.
    std::span<const Real> weights = {}; // what the loss of a target counts for; empty: 1
    // -ln p(target) with less context; below 0: not known. Where it is, the loss counts min(e^(it - own), 10)
    // times as much: LongCE, docs/spec/rwkv-x.md section 6.
    std::span<const Real> shortLosses = {};
    std::span<Real> keptLosses = {}; // gets -ln p(target), whatever it counts for; 0 where not scored
};

} // namespace engine
