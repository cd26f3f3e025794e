#include "engine/training/run/short_contexts.h"

#include <algorithm>

namespace engine {

template <class Operand>
ShortContexts<Operand>::ShortContexts(const ParameterLayout& layout, int window,
                                      const FrozenMatrices<float, Operand>* frozen)
    : m_window(static_cast<std::size_t>(window))
    , m_pass(layout, 1, window, frozen)
    , m_states(1, m_pass.freshState())
    , m_inputs(m_window)
    , m_targets(m_window)
    , m_losses(m_window) {}

template <class Operand>
void ShortContexts<Operand>::run(const float* parameters, const Operand* operands,
                                 std::span<const int> inputs, std::span<const int> targets,
                                 std::span<float> losses) {
    std::ranges::fill(losses, -1.0f);
    const std::size_t half = m_window / 2;
    for (std::size_t start = half; start + half < inputs.size(); start += half) {
        const std::size_t count = std::min(m_window, inputs.size() - start);
        const auto first = static_cast<std::ptrdiff_t>(start), told = static_cast<std::ptrdiff_t>(half);
        // Behind the text's end stands anything: no token sees what comes after it.
        std::ranges::fill(m_inputs, 0);
        std::ranges::fill(m_targets, -1);
        std::copy_n(inputs.begin() + first, count, m_inputs.begin());
        std::copy_n(targets.begin() + first + told, count - half, m_targets.begin() + told);
        m_states.front().reset();
        TrainingBatch<float> batch;
        batch.inputs = m_inputs;
        batch.targets = m_targets;
        batch.states = m_states;
        batch.keptLosses = m_losses;
        (void)m_pass.run(parameters, operands, batch, nullptr);
        std::copy_n(m_losses.begin() + told, count - half, losses.begin() + first + told);
    }
}

template class ShortContexts<float>;
template class ShortContexts<BFloat16>;

} // namespace engine
