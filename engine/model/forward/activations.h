// activations.h: the working memory of a forward pass: every intermediate row of up to `capacity` tokens.
// One allocation; which buffers there are depends on the architecture and the enhancement, so a plain base
// model does not pay for gates.
// Threads: used by one forward pass at a time.
#pragma once

#include "engine/backend/backend.h"
#include "engine/model/config.h"
#include "engine/model/model.h"

#include <array>
#include <memory>

namespace engine {

// T = capacity, S sequences, C width, F feed-forward width.
struct Activations {
    Activations(const Model& model, int capacity, int sequences, Backend& backend);

    int capacity = 0;
    int sequences = 0;
    // The residual stream, [T,C]. The enhancement reads one and writes the other.
    std::array<float*, 2> streams{};

    float* normalised = nullptr;     // [T+S,C]: each sequence's rows after that of its token before
    std::array<float*, 6> shifted{}; // [T,C] each: the inputs of time mixing's products
    float *receptance = nullptr, *key = nullptr, *value = nullptr, *gate = nullptr,
          *decayLogit = nullptr;                                                      // [T,C]
    float *rateLogit = nullptr, *valueMixLogit = nullptr, *firstLayerValue = nullptr; // [T,C], RWKV-7
    float* mixed = nullptr;         // [T,C]: what a half block adds to the stream
    float* feedForward = nullptr;   // [T,F]
    std::array<float*, 4> hidden{}; // [T,R]: inside low-rank maps

    // [tokens, gateLayout().layerWidth()]. In a step of one token per sequence each layer has its own, as a
    // device may read them until the step ends.
    [[nodiscard]] float* gatesOf(int layer, int tokens) const {
        return tokens > sequences ? m_gates : m_gates + static_cast<std::size_t>(layer) * m_gatesPerLayer;
    }
    float* shiftChange = nullptr; // [T,C], mlp shift: what its product reads, then what it adds
    float* routed = nullptr;      // [T,2C], routing and the gates of sources
    float* means = nullptr;       // [T,M,C], gates of means
    float* tokenRows = nullptr;   // [T,2C], row-routing: what the layer's table has
    float* embeddings = nullptr;  // [T+S,C], sources that are embeddings: laid out as `normalised`

private:
    std::shared_ptr<float[]> m_memory;
    float* m_gates = nullptr;
    std::size_t m_gatesPerLayer = 0;
};

} // namespace engine
