// short_contexts.h: the losses that tokens have with less context before them, which LongCE compares with.
// Source:  docs/spec/rwkv-x.md section 6: windows of S tokens begin every S / 2 tokens, from S / 2 on; each
//          is run alone from a fresh state, and tells the losses of its second half.
// Threads: one object per thread.
#pragma once

#include "engine/training/model_gradient.h"

#include <span>
#include <vector>

namespace engine {

template <class Operand> class ShortContexts {
public:
    // `window` is S, even. Arguments as ModelGradient has them.
    ShortContexts(const ParameterLayout& layout, int window, const FrozenMatrices<float, Operand>* frozen);

    // Losses of a sequence [tokens] of its own; -1 where no short context tells them.
    void run(const float* parameters, const Operand* operands, std::span<const int> inputs,
             std::span<const int> targets, std::span<float> losses);

private:
    std::size_t m_window;
    ModelGradient<float, Operand> m_pass;
    std::vector<TrainingState<float>> m_states;
    std::vector<int> m_inputs, m_targets;
    std::vector<float> m_losses;
};

extern template class ShortContexts<float>;
extern template class ShortContexts<BFloat16>;

} // namespace engine
