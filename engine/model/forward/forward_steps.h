// forward_steps.h: the steps a block is made of, as the forward pass calls them.
// Each reads and updates the stream and its part of the layer's state.
#pragma once

#include "engine/backend/backend.h"
#include "engine/model/config.h"
#include "engine/model/enhancement_state.h"
#include "engine/model/forward/activations.h"
#include "engine/model/forward/forward.h"
#include "engine/model/state_layout.h"
#include "engine/model/weights.h"

#include <array>
#include <cstddef>
#include <span>

namespace engine {

// A layer at work: the same for all its steps.
struct Step {
    const ModelConfig& config;
    const StateLayout& layout;
    const LayerWeights& weights;
    Backend& backend;
    Activations& activations;
    int layer = 0;
    int tokens = 0;          // T, of all sequences
    float* stream = nullptr; // [T,C]
    std::span<const SequenceStep> sequences;
    std::span<const int> ids; // [T], the tokens
    bool reportsGates = false;
    bool reportsChoices = false; // of sparse blocks

    // What tokenShift() normalises of a sequence: [its tokens + 1, C], first the token before.
    [[nodiscard]] float* normalisedOf(const SequenceStep& sequence) const {
        return sequence.precededRowsOf(activations.normalised, config.width);
    }
    // What the enhancement keeps of a sequence in this layer: rows before the step's first.
    [[nodiscard]] EarlierRows earlierRowsOf(const SequenceStep& sequence) const {
        return {enhancementRows(config.enhancement), sequence.layerState + layout.enhancement()};
    }
};

// An operation for each sequence of a step, side by side as backends take them.
template <class Operation> class PerSequence {
public:
    // `make(sequence)` gives a sequence's.
    template <class Make> PerSequence(std::span<const SequenceStep> sequences, Make&& make) {
        for (const SequenceStep& sequence : sequences)
            m_operations[m_count++] = make(sequence);
    }
    operator std::span<const Operation>() const { return std::span(m_operations).first(m_count); }

private:
    std::array<Operation, kMostSequences> m_operations;
    std::size_t m_count = 0;
};

// Normalises the stream and blends it with the token before, which stands at `stateOffset` of the layer's
// state, each sequence by itself. The uses' outputs are [T,C].
void shiftTokens(const Step& step, const NormParameters& norm, std::size_t stateOffset,
                 std::span<const TokenShiftUse> uses);

// stream += TimeMix(LN1(stream))
void timeMixing(const Rwkv5TimeMixing& mixing, const Step& step);
void timeMixing(const Rwkv6TimeMixing& mixing, const Step& step);
void timeMixing(const Rwkv7TimeMixing& mixing, const Step& step);

// The recurrence of RWKV-5.2 and 6 on the step's receptance, key, value and gate, into receptance.
// `decayLogit` is [C] for all tokens, or null for the activations' own of each token.
void recurrence(const Step& step, const Values& bonus, const NormWeights& groupNorm, const float* decayLogit);

// stream += ChannelMix(norm(stream)); the row of the token before stands at `shift` of the layer's state.
void channelMixing(const ChannelMixingWeights& mixing, const NormWeights& norm, std::size_t shift,
                   const Step& step);

// Sparse block `index`, behind the step's layer: stream += Attention(LN1(stream)), then channel mixing.
void sparseBlock(const SparseBlockWeights& block, int index, const Step& step);

// The part of enhance() of a gate for every source: `gates` [T,S,G] are those used, `output` [T,C].
void gateSources(const SourceGateWeights& weights, const NormWeights& norm, const Step& step, float* gates,
                 float* output);

// Writes the stream to `output`, enhanced where a sequence uses the enhancement.
void enhance(const EnhancementWeights& enhancement, const Step& step, float* output);

} // namespace engine
