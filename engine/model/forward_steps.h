// forward_steps.h: the steps a block is made of, as the forward pass calls them.
// Each reads and updates the stream and its part of the layer's state.
#pragma once

#include "engine/kernels/backend.h"
#include "engine/model/activations.h"
#include "engine/model/config.h"
#include "engine/model/forward.h"
#include "engine/model/gate_sink.h"
#include "engine/model/weights.h"

#include <cstdint>

namespace engine {

// A layer at work: the same for all its steps.
struct Step {
    const ModelConfig& config;
    const LayerWeights& weights;
    const LayerState& state;
    Backend& backend;
    Activations& activations;
    int layer = 0;
    int tokens = 0;
    std::int64_t position = 0; // of the first token
    float* stream = nullptr;   // [T,C]
};

// stream += TimeMix(LN1(stream))
void timeMixing(const Rwkv5TimeMixing& mixing, const Step& step);
void timeMixing(const Rwkv6TimeMixing& mixing, const Step& step);
void timeMixing(const Rwkv7TimeMixing& mixing, const Step& step);

// stream += ChannelMix(LN2(stream))
void channelMixing(const ChannelMixingWeights& mixing, const Step& step);

// Reads step.stream, whose front holds room for the rows of earlier tokens, and writes the enhanced stream to
// `output`.
void enhance(const EnhancementWeights& enhancement, const Step& step, float* output, GateSink* sink);

} // namespace engine
