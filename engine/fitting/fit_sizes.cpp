#include "engine/fitting/fit_sizes.h"

#include <algorithm>

namespace engine {

namespace {

constexpr double kBudget = 1e9;   // bytes
constexpr int kFewestTokens = 16; // of a window
// Values that a layer keeps per token: so many rows of the width, and of the feed-forward width. RWKV-7 with
// a routed gate keeps the most (rwkv7_time_mixing-inl.h and its neighbours).
constexpr double kRowsOfWidth = 34, kRowsOfFeedForward = 4;
constexpr double kRowsOfLogits = 2; // of the vocabulary: logits and their gradient

double bytesPerToken(const ModelConfig& m) {
    return sizeof(float) * (m.layers * (kRowsOfWidth * m.width + kRowsOfFeedForward * m.feedForward) +
                            kRowsOfLogits * m.vocabulary);
}

} // namespace

FitSizes fitSizes(const ParameterLayout& layout, int threads) {
    const ModelConfig& m = layout.shape().model;
    const double head = sizeof(float) * static_cast<double>(m.vocabulary) * m.width;
    const double scratch = sizeof(float) * static_cast<double>(layout.largestFrozen()) * threads;
    FitSizes sizes;
    sizes.sequences = (std::max(sizes.sequences, threads) + threads - 1) / threads * threads;
    const double left = kBudget - head - scratch;
    const auto fits = [&] { return sizes.sequences * sizes.window * bytesPerToken(m) <= left; };
    if (!fits())
        sizes.sequences = threads;
    while (!fits() && sizes.window > kFewestTokens)
        sizes.window /= 2;
    const double spare = left - sizes.sequences * sizes.window * bytesPerToken(m);
    sizes.decodedBytes = static_cast<std::size_t>(std::max(0.0, head + spare));
    return sizes;
}

} // namespace engine
