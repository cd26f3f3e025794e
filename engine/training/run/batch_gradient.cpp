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
                                   std::span<TrainingState<float>> states, bool train, ThreadPool& pool) {
    const int pieces = static_cast<int>(states.size()) / m_settings.microBatch;
    std::vector<double> losses(static_cast<std::size_t>(pieces)), skipped(losses.size());
    pool.run([&](int thread) {
        auto& pass = *m_passes[static_cast<std::size_t>(thread)];
        float* gradient = train ? m_gradients[static_cast<std::size_t>(thread)].data() : nullptr;
        if (train)
            std::fill_n(gradient, m_layout.size(), 0.0f);
        const int first = pieces * thread / pool.size(), last = pieces * (thread + 1) / pool.size();
        for (int i = first; i < last; ++i) {
            const auto batch = piece(inputs, targets, states, i, train);
            const auto at = static_cast<std::size_t>(i);
            losses[at] = pass.run(m_parameters.data(), m_operands.data(), batch, gradient);
            skipped[at] = pass.skippedMultiplyAdds();
        }
    });
    m_skippedMultiplyAdds = std::accumulate(skipped.begin(), skipped.end(), 0.0);
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

template <class Operand>
TrainingBatch<float> BatchGradient<Operand>::piece(std::span<const int> inputs, std::span<const int> targets,
                                                   std::span<TrainingState<float>> states, int piece,
                                                   bool train) const {
    const auto windows = static_cast<std::size_t>(m_settings.microBatch);
    const std::size_t tokens = windows * static_cast<std::size_t>(m_settings.window);
    const auto at = static_cast<std::size_t>(piece);
    TrainingBatch<float> batch;
    batch.inputs = inputs.subspan(at * tokens, tokens);
    batch.targets = targets.subspan(at * tokens, tokens);
    batch.states = states.subspan(at * windows, windows);
    batch.scale = 1.0f / static_cast<float>(static_cast<int>(states.size()) * m_settings.window);
    batch.logitPull = train ? m_settings.logitPull : 0;
    return batch;
}

template <class Operand>
std::vector<TrainingState<float>> BatchGradient<Operand>::freshStates(int sequences) const {
    return std::vector<TrainingState<float>>(static_cast<std::size_t>(sequences),
                                             m_passes.front()->freshState());
}

template class BatchGradient<float>;
template class BatchGradient<BFloat16>;

} // namespace engine
