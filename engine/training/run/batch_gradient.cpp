#include "engine/training/run/batch_gradient.h"

#include <algorithm>
#include <numeric>

namespace engine {

template <class Operand>
BatchGradient<Operand>::BatchGradient(const ParameterLayout& layout, const TrainingSettings& settings,
                                      const FrozenMatrices<float, Operand>* frozen)
    : m_layout(layout)
    , m_settings(settings)
    , m_operands(layout.size()) {
    for (int i = 0; i < settings.threads; ++i) {
        m_passes.push_back(std::make_unique<ModelGradient<float, Operand>>(layout, settings.microBatch,
                                                                           settings.window, frozen));
        m_gradients.emplace_back(layout.size());
        if (settings.longCeWindow == 0)
            continue;
        m_shortContexts.push_back(
            std::make_unique<ShortContexts<Operand>>(layout, settings.longCeWindow, frozen));
        m_shortLosses.emplace_back(static_cast<std::size_t>(settings.microBatch) *
                                   static_cast<std::size_t>(settings.window));
    }
    for (auto& gradient : m_gradients)
        m_views.push_back(gradient.span());
}

template <class Operand>
void BatchGradient<Operand>::setParameters(std::span<const float> parameters, ThreadPool& pool) {
    m_parameters = parameters;
    pool.parallelFor(m_layout.size(), 1 << 14, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            assign(m_operands[i], parameters[i]);
    });
}

template <class Operand>
double BatchGradient<Operand>::run(std::span<const int> inputs, std::span<const int> targets,
                                   std::span<TrainingState<float>> states, bool train, ThreadPool& pool,
                                   std::span<const float> weights) {
    const int pieces = static_cast<int>(states.size()) / m_settings.microBatch;
    std::vector<double> losses(static_cast<std::size_t>(pieces)), skipped(losses.size());
    const TrainingBatch<float> whole = wholeBatch(inputs, targets, states, train, weights);
    pool.run([&](int thread) {
        auto& pass = *m_passes[static_cast<std::size_t>(thread)];
        float* gradient = train ? m_gradients[static_cast<std::size_t>(thread)].data() : nullptr;
        if (train)
            std::fill_n(gradient, m_layout.size(), 0.0f);
        const int first = pieces * thread / pool.size(), last = pieces * (thread + 1) / pool.size();
        for (int i = first; i < last; ++i) {
            auto batch = pieceOf(whole, i);
            if (train && !m_shortContexts.empty())
                addShortLosses(thread, batch);
            const auto at = static_cast<std::size_t>(i);
            losses[at] = pass.run(m_parameters.data(), m_operands.data(), batch, gradient);
            skipped[at] = pass.skippedMultiplyAdds();
        }
    });
    m_skippedMultiplyAdds = std::accumulate(skipped.begin(), skipped.end(), 0.0);
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

template <class Operand>
TrainingBatch<float> BatchGradient<Operand>::wholeBatch(std::span<const int> inputs,
                                                        std::span<const int> targets,
                                                        std::span<TrainingState<float>> states, bool train,
                                                        std::span<const float> weights) {
    m_weight = weights.empty() ? static_cast<double>(static_cast<int>(states.size()) * m_settings.window)
                               : std::accumulate(weights.begin(), weights.end(), 0.0);
    TrainingBatch<float> batch;
    batch.inputs = inputs;
    batch.targets = targets;
    batch.states = states;
    batch.weights = weights;
    batch.scale = m_weight > 0 ? 1.0f / static_cast<float>(m_weight) : 0.0f;
    batch.logitPull = train ? m_settings.logitPull : 0;
    return batch;
}

template <class Operand>
TrainingBatch<float> BatchGradient<Operand>::pieceOf(const TrainingBatch<float>& whole, int piece) const {
    const auto windows = static_cast<std::size_t>(m_settings.microBatch);
    const std::size_t tokens = windows * static_cast<std::size_t>(m_settings.window);
    const auto at = static_cast<std::size_t>(piece);
    TrainingBatch<float> batch = whole;
    batch.inputs = whole.inputs.subspan(at * tokens, tokens);
    batch.targets = whole.targets.subspan(at * tokens, tokens);
    batch.states = whole.states.subspan(at * windows, windows);
    if (!whole.weights.empty())
        batch.weights = whole.weights.subspan(at * tokens, tokens);
    return batch;
}

template <class Operand>
void BatchGradient<Operand>::addShortLosses(int thread, TrainingBatch<float>& piece) {
    const auto window = static_cast<std::size_t>(m_settings.window);
    auto& contexts = *m_shortContexts[static_cast<std::size_t>(thread)];
    auto& losses = m_shortLosses[static_cast<std::size_t>(thread)];
    for (std::size_t at = 0; at < piece.inputs.size(); at += window)
        contexts.run(m_parameters.data(), m_operands.data(), piece.inputs.subspan(at, window),
                     piece.targets.subspan(at, window), std::span(losses).subspan(at, window));
    piece.shortLosses = losses;
}

template <class Operand>
std::vector<TrainingState<float>> BatchGradient<Operand>::freshStates(int sequences) const {
    return std::vector<TrainingState<float>>(static_cast<std::size_t>(sequences),
                                             m_passes.front()->freshState());
}

template class BatchGradient<float>;
template class BatchGradient<BFloat16>;

} // namespace engine
