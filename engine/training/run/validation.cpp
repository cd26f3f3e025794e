#include "engine/training/run/validation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace engine {

namespace {

// Validation reads this many stretches, evenly spread over the text, each from a fresh state.
constexpr int kStretches = 48;
constexpr std::size_t kWindows =
    2; // of each stretch; one where state does not carry all from one to the next

} // namespace

template <class Operand>
double validationBitsPerByte(BatchGradient<Operand>& gradient, const TokenDataset& dataset,
                             const Tokenizer& tokenizer, const TrainingSettings& settings, ThreadPool& pool) {
    const auto tokens = dataset.tokens();
    const int group = settings.threads * settings.microBatch;
    const int count = std::max(1, kStretches / group) * group;
    const auto stretches = static_cast<std::size_t>(count),
               window = static_cast<std::size_t>(settings.window);
    const std::size_t windows = settings.shape.model.sparse.blocks > 0 ? 1 : kWindows;
    const std::size_t length = windows * window;
    const auto marked = dataset.marked();
    if (tokens.size() < length)
        return std::nan("");
    auto states = gradient.freshStates(count);
    std::vector<int> inputs(stretches * window), targets(inputs.size());
    double nats = 0;
    std::size_t bytes = 0;
    for (std::size_t w = 0; w < windows; ++w) {
        for (std::size_t s = 0; s < stretches; ++s) {
            std::size_t start = (tokens.size() - length) * s / std::max<std::size_t>(1, stretches - 1);
            if (!marked.empty()) // documents as long as the training's windows are read whole
                start -= start % window;
            start += w * window;
            for (std::size_t t = 0; t < window; ++t) {
                const bool counts = marked.empty() || marked[start + t];
                targets[s * window + t] = counts ? tokens[start + t] : -1;
                inputs[s * window + t] = w == 0 && t == 0 ? dataset.separator() : tokens[start + t - 1];
                bytes += counts ? tokenizer.bytes(tokens[start + t]).size() : 0;
            }
        }
        nats += gradient.run(inputs, targets, states, false, pool);
    }
    return nats / std::numbers::ln2 / static_cast<double>(std::max<std::size_t>(1, bytes));
}

template double validationBitsPerByte(BatchGradient<float>&, const TokenDataset&, const Tokenizer&,
                                      const TrainingSettings&, ThreadPool&);
template double validationBitsPerByte(BatchGradient<BFloat16>&, const TokenDataset&, const Tokenizer&,
                                      const TrainingSettings&, ThreadPool&);

} // namespace engine
