// forward_steps.h: the steps a block is made of, as the forward pass calls them.
// Each reads and updates the stream and its part of the layer's state.
#pragma once

#include "engine/kernels/backend.h"
#include "engine/model/activations.h"
#include "engine/model/config.h"
#include "engine/model/forward.h"
#include "engine/model/gate_sink.h"
#include "engine/model/weights.h"

#include <cstddef>
#include <span>

namespace engine {

// A layer at work: the same for all its steps.
struct Step {
    const ModelConfig& config;
    const LayerWeights& weights;
    Backend& backend;
    Activations& activations;
    int layer = 0;
    int tokens = 0;          // T, of all sequences
    float* stream = nullptr; // [T,C]
    std::span<const SequenceStep> sequences;

    // What tokenShift() normalises of a sequence: [its tokens + 1, C], first the token before.
    [[nodiscard]] float* normalisedOf(const SequenceStep& sequence) const {
        return activations.normalised + static_cast<std::size_t>(sequence.firstRow + sequence.index) *
                                            static_cast<std::size_t>(config.width);
    }
};

// Normalises the stream and blends it with the token before, each sequence by itself. The uses' outputs are [T,C].
void shiftTokens(const Step& step, const NormParameters& norm, float* LayerState::*previous,
                 std::span<const TokenShiftUse> uses);

// stream += TimeMix(LN1(stream))
void timeMixing(const Rwkv5TimeMixing& mixing, const Step& step);
void timeMixing(const Rwkv6TimeMixing& mixing, const Step& step);
void timeMixing(const Rwkv7TimeMixing& mixing, const Step& step);

// stream += ChannelMix(LN2(stream))
void channelMixing(const ChannelMixingWeights& mixing, const Step& step);

// Writes the stream to `output`, enhanced where a sequence wears the enhancement.
void enhance(const EnhancementWeights& enhancement, const Step& step, float* output);

} // namespace engine
