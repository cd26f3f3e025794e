#include "engine/model/forward/forward.h"

#include "engine/model/forward/forward_steps.h"
#include "engine/model/weights.h"

#include <algorithm>
#include <cassert>

namespace engine {

Forward::Forward(const Model& model, Backend& backend, int capacity, int sequences)
    : m_model(model)
    , m_backend(backend)
    , m_layout(model.config())
    , m_activations(model, capacity, sequences, backend) {
    m_sequences.reserve(static_cast<std::size_t>(sequences));
    m_tokens.reserve(static_cast<std::size_t>(capacity));
}

void Forward::begin(std::span<const SequenceInput> inputs) {
    assert(!inputs.empty() && inputs.size() <= static_cast<std::size_t>(sequences()));
    m_sequences.clear();
    m_tokens.clear();
    m_reportsGates = m_reportsChoices = false;
    for (const SequenceInput& input : inputs) {
        assert(!input.tokens.empty());
        m_sequences.push_back({.index = static_cast<int>(m_sequences.size()),
                               .firstRow = static_cast<int>(m_tokens.size()),
                               .tokens = static_cast<int>(input.tokens.size()),
                               .position = input.position,
                               .usesEnhancement = input.usesEnhancement,
                               .state = input.state,
                               .layerState = nullptr,
                               .attention = input.attention});
        m_tokens.insert(m_tokens.end(), input.tokens.begin(), input.tokens.end());
        m_reportsGates |= input.sink != nullptr && input.usesEnhancement;
        m_reportsChoices |= input.sink != nullptr;
    }
    assert(m_tokens.size() <= static_cast<std::size_t>(capacity()));
    m_backend.begin(inputs);
}

void Forward::embed() {
    const ModelWeights& weights = m_model.weights();
    m_stream = m_activations.streams[0];
    m_backend.embedding({m_tokens, weights.embedding.matrix(), weights.embeddingNorm.parameters(), m_stream});
    if (m_activations.embeddings == nullptr || !isEnhanced())
        return;
    const int width = m_model.config().width;
    const PerSequence<PrecededRows> embeddings(m_sequences, [&](const SequenceStep& sequence) {
        return PrecededRows{.tokens = sequence.tokens,
                            .width = width,
                            .rows = sequence.rowsOf(m_stream, width),
                            .previous = sequence.state,
                            .output = sequence.precededRowsOf(m_activations.embeddings, width),
                            .isEnabled = sequence.usesEnhancement};
    });
    m_backend.precededRows(embeddings);
}

// Whether layers write the stream from one buffer to the other, as some sequence uses an enhancement.
bool Forward::isEnhanced() const {
    return m_model.config().enhancement.variant != EnhancementConfig::Variant::None &&
           std::ranges::any_of(m_sequences, &SequenceStep::usesEnhancement);
}

void Forward::receive(const Forward& before, int layers) {
    const auto width = static_cast<std::size_t>(m_model.config().width);
    m_handed.resize((m_tokens.size() + m_sequences.size()) * width);
    const auto take = [&](const float* from, float* to, std::size_t rowsMore = 0) {
        const auto rows = std::span(m_handed).first((m_tokens.size() + rowsMore) * width);
        before.m_backend.toHost(from, rows);
        m_backend.fromHost(rows, to);
    };
    m_stream = m_activations.streams[0];
    // Not its m_stream: what a device repeats as a whole does not pass through here.
    take(before.m_activations.streams[before.isEnhanced() ? static_cast<std::size_t>(layers % 2) : 0],
         m_stream);
    if (m_activations.firstLayerValue != nullptr)
        take(before.m_activations.firstLayerValue, m_activations.firstLayerValue);
    if (m_activations.embeddings != nullptr && before.isEnhanced())
        take(before.m_activations.embeddings, m_activations.embeddings, m_sequences.size());
}

void Forward::layer(int index) {
    for (SequenceStep& sequence : m_sequences)
        sequence.layerState = sequence.state + m_layout.layerBegin(static_cast<std::size_t>(index));
    const LayerWeights& weights = m_model.weights().layers[static_cast<std::size_t>(index)];
    Step step{m_model.config(),
              m_layout,
              weights,
              m_backend,
              m_activations,
              index,
              static_cast<int>(m_tokens.size()),
              m_stream,
              m_sequences,
              m_tokens,
              m_reportsGates,
              m_reportsChoices};
    std::visit([&](const auto& mixing) { timeMixing(mixing, step); }, weights.timeMixing);
    channelMixing(weights.channelMixing, weights.channelMixingNorm, m_layout.feedForwardShift(), step);
    if (isEnhanced()) {
        float* other = m_activations.streams[m_stream == m_activations.streams[0] ? 1 : 0];
        enhance(m_model.enhancements()[static_cast<std::size_t>(index)], step, other);
        m_stream = step.stream = other;
    }
    const int interval = m_model.config().sparseInterval();
    if (interval > 0 && (index + 1) % interval == 0) {
        const int block = index / interval;
        sparseBlock(m_model.weights().sparseBlocks[static_cast<std::size_t>(block)], block, step);
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
