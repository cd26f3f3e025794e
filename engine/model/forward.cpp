#include "engine/model/forward.h"

#include "engine/model/forward_steps.h"
#include "engine/model/weights.h"

#include <algorithm>
#include <cassert>

namespace engine {

Forward::Forward(const Model& model, Backend& backend, int capacity, int sequences)
    : m_model(model)
    , m_backend(backend)
    , m_activations(model.config(), model.weights(), capacity, sequences, backend) {
    m_sequences.reserve(static_cast<std::size_t>(sequences));
    m_tokens.reserve(static_cast<std::size_t>(capacity));
}

void Forward::begin(std::span<const SequenceInput> inputs) {
    assert(!inputs.empty() && inputs.size() <= static_cast<std::size_t>(sequences()));
    m_sequences.clear();
    m_tokens.clear();
    for (const SequenceInput& input : inputs) {
        assert(!input.tokens.empty());
        m_sequences.push_back({.index = static_cast<int>(m_sequences.size()),
                               .firstRow = static_cast<int>(m_tokens.size()),
                               .tokens = static_cast<int>(input.tokens.size()),
                               .position = input.position,
                               .wearsEnhancement = input.wearsEnhancement,
                               .sink = input.sink,
                               .state = {}});
        m_tokens.insert(m_tokens.end(), input.tokens.begin(), input.tokens.end());
    }
    assert(m_tokens.size() <= static_cast<std::size_t>(capacity()));
    const ModelWeights& weights = m_model.weights();
    m_stream = m_activations.streams[0];
    m_backend.embedding({m_tokens, weights.embedding.matrix(), weights.embeddingNorm.parameters(), m_stream});
}

void Forward::layer(int index, std::span<const LayerState> states) {
    assert(states.size() == m_sequences.size());
    for (std::size_t i = 0; i < states.size(); ++i)
        m_sequences[i].state = states[i];
    const LayerWeights& weights = m_model.weights().layers[static_cast<std::size_t>(index)];
    const Step step{m_model.config(), weights,    m_backend,
                    m_activations,    index,      static_cast<int>(m_tokens.size()),
                    m_stream,         m_sequences};
    std::visit([&](const auto& mixing) { timeMixing(mixing, step); }, weights.timeMixing);
    channelMixing(weights.channelMixing, step);
    const bool isWorn = std::ranges::any_of(m_sequences, &SequenceStep::wearsEnhancement);
    if (isWorn && !std::holds_alternative<std::monostate>(weights.enhancement.kind)) {
        float* other = m_activations.streams[m_stream == m_activations.streams[0] ? 1 : 0];
        enhance(weights.enhancement, step, other);
        m_stream = other;
    }
}

void Forward::logits(int first, int count, float* output) {
    const ModelWeights& weights = m_model.weights();
    const int width = m_model.config().width;
    const float* stream = m_stream + static_cast<std::size_t>(first) * static_cast<std::size_t>(width);
    m_backend.layerNorm({count, width, stream, weights.outputNorm.parameters(), m_activations.normalised});
    const LinearJob head{weights.head.matrix(), m_activations.normalised, output};
    m_backend.linear({&head, 1}, count);
}

} // namespace engine
