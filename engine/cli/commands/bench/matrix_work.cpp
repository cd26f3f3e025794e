#include "engine/cli/commands/bench/matrix_work.h"

#include "engine/model/weights.h"

#include <variant>

namespace engine {

namespace {

std::int64_t elements(const LinearWeights& weights) {
    return static_cast<std::int64_t>(weights.outputs()) * weights.inputs();
}

std::int64_t elements(const LowRankWeights& weights) { return elements(weights.down) + elements(weights.up); }

std::int64_t elements(const Rwkv5TimeMixing& w) {
    return elements(w.receptance) + elements(w.key) + elements(w.value) + elements(w.gate) +
           elements(w.output);
}

std::int64_t elements(const Rwkv6TimeMixing& w) {
    return elements(w.mixDown) + elements(w.mixUp) + elements(w.decay) + elements(w.receptance) +
           elements(w.key) + elements(w.value) + elements(w.gate) + elements(w.output);
}

std::int64_t elements(const Rwkv7TimeMixing& w) {
    return elements(w.decay) + elements(w.rate) + elements(w.firstValue) + elements(w.gate) +
           elements(w.receptance) + elements(w.key) + elements(w.value) + elements(w.output);
}

std::int64_t elements(const ChannelMixingWeights& w) {
    return elements(w.key) + elements(w.value) + elements(w.receptance);
}

std::int64_t elements(std::monostate) { return 0; }

std::int64_t elements(const AdaptiveGateWeights& w) { return elements(w.gate) + elements(w.shift); }

std::int64_t elements(const ConvolutionalRoutingWeights& w) { return elements(w.route); }
std::int64_t elements(const SourceGateWeights& w) { return elements(w.route); }

} // namespace

std::int64_t prefillMatrixElements(const Model& model) {
    const auto count = [](const auto& kind) { return elements(kind); };
    std::int64_t sum = 0;
    for (const LayerWeights& layer : model.weights().layers)
        sum += std::visit(count, layer.timeMixing) + elements(layer.channelMixing);
    for (const EnhancementWeights& enhancement : model.enhancements())
        sum += std::visit(count, enhancement.kind);
    return sum;
}

} // namespace engine
