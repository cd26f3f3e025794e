#include "engine/model/forward.h"

#include "engine/model/forward_steps.h"
#include "engine/model/weights.h"

#include <cassert>

namespace engine {

Forward::Forward(const Model& model, Backend& backend, int capacity)
    : m_model(model)
    , m_backend(backend)
    , m_activations(model.config(), model.weights(), capacity, backend) {}

void Forward::begin(std::span<const int> tokens, std::int64_t position) {
    assert(!tokens.empty() && tokens.size() <= static_cast<std::size_t>(capacity()));
    const ModelWeights& weights = m_model.weights();
    m_tokens = static_cast<int>(tokens.size());
    m_position = position;
    m_stream = m_activations.streams[0];
    m_backend.embedding({tokens, weights.embedding.matrix(), weights.embeddingNorm.parameters(), m_stream});
}

void Forward::layer(int index, const LayerState& state, GateSink* sink) {
    const LayerWeights& weights = m_model.weights().layers[static_cast<std::size_t>(index)];
    const Step step{m_model.config(), weights,    state,   m_backend, m_activations, index,
                    m_tokens,         m_position, m_stream};
    std::visit([&](const auto& mixing) { timeMixing(mixing, step); }, weights.timeMixing);
    channelMixing(weights.channelMixing, step);
    if (!std::holds_alternative<std::monostate>(weights.enhancement.kind)) {
        float* other = m_activations.streams[m_stream == m_activations.streams[0] ? 1 : 0];
        enhance(weights.enhancement, step, other, sink);
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
