#include "engine/model/gate_layout.h"
#include "engine/training/parameters/tensor_lists.h"

#include <algorithm>
#include <cmath>

namespace engine {

namespace {

constexpr std::int64_t kPositionFeatures = 5; // J
constexpr double kGateBias = -2;              // a gate of 0.12: close to the base, and with a gradient

std::vector<TensorSpec> adaptiveTensors(const ModelConfig& m, const std::string& enhance) {
    const EnhancementConfig& e = m.enhancement;
    const std::int64_t D = m.width, R = e.rank;
    std::vector<TensorSpec> tensors;
    if (e.gate == EnhancementConfig::Gate::Learned) {
        tensors.push_back(matrixSpec(enhance + "gate.weight", {D, D}));
        tensors.push_back(vectorSpec(enhance + "gate.bias", {D}, constantValues(kGateBias)));
    }
    if (e.shift == EnhancementConfig::Shift::Mlp) { // B starts at 0, so A must not
        tensors.push_back(
            matrixSpec(enhance + "shift.a", {D, R}, uniformValues(1 / std::sqrt(static_cast<double>(D)))));
        tensors.push_back(matrixSpec(enhance + "shift.b", {R, D}));
    }
    return tensors;
}

// A row learns only when its token comes.
constexpr float kRowsLearningRate = 3;

std::vector<TensorSpec> convRoutingTensors(const ModelConfig& m, const std::string& enhance) {
    const std::int64_t D = m.width, R = m.enhancement.rank, K = m.enhancement.kernel;
    std::vector<TensorSpec> tensors{
        vectorSpec(enhance + "conv.weight", {K, D}, constantRow(1)), // h[t-1] alone
        vectorSpec(enhance + "conv.position", {K, kPositionFeatures, D}),
        matrixSpec(enhance + "route.u", {2 * D, R}, uniformFirstHalf(1 / std::sqrt(static_cast<double>(D)))),
        matrixSpec(enhance + "route.w", {R, D}),
        vectorSpec(enhance + "route.bias", {D}, constantValues(kGateBias)),
    };
    // A new source changes nothing at first.
    if (m.enhancement.scales > 0)
        tensors.push_back(vectorSpec(enhance + "scale.weight", {m.enhancement.scales, D}));
    if (m.enhancement.routesEmbedding)
        tensors.push_back(vectorSpec(enhance + "embedding.weight", {2, D}));
    if (m.enhancement.routesRows) {
        tensors.push_back(vectorSpec(enhance + "rows.weight", {m.vocabulary, 2 * D}));
        tensors.back().learningRateScale = kRowsLearningRate;
    }
    return tensors;
}

std::vector<TensorSpec> sourceGateTensors(const ModelConfig& m, const std::string& enhance) {
    const std::vector<GateSource>& sources = m.enhancement.sources;
    const auto S = static_cast<std::int64_t>(sources.size());
    const std::int64_t D = m.width, R = m.enhancement.rank, gates = gateLayout(m).layerWidth();
    // h[t-1] alone; without it, nothing.
    const auto before = std::ranges::find(sources, 1, &GateSource::distance) - sources.begin();
    return {
        vectorSpec(enhance + "source.weight", {S, D}, constantRow(1, before)),
        matrixSpec(enhance + "route.u", {2 * D, R}, uniformValues(1 / std::sqrt(2 * static_cast<double>(D)))),
        matrixSpec(enhance + "route.w", {R, gates}),
        vectorSpec(enhance + "route.bias", {gates}, constantValues(kGateBias)),
    };
}

} // namespace

std::vector<TensorSpec> enhancementTensors(const ModelConfig& m, int layer) {
    const std::string enhance = "enhance." + std::to_string(layer) + ".";
    std::vector<TensorSpec> tensors;
    switch (m.enhancement.variant) {
    case EnhancementConfig::Variant::None: return {};
    case EnhancementConfig::Variant::Adaptive: tensors = adaptiveTensors(m, enhance); break;
    case EnhancementConfig::Variant::ConvRouting: tensors = convRoutingTensors(m, enhance); break;
    case EnhancementConfig::Variant::SourceGates: tensors = sourceGateTensors(m, enhance); break;
    }
    if (m.enhancement.layerNorm) {
        tensors.push_back(vectorSpec(enhance + "norm.weight", {m.width}, constantValues(1)));
        tensors.push_back(vectorSpec(enhance + "norm.bias", {m.width}));
    }
    return tensors;
}

std::vector<TensorSpec> adapterTensors(const TrainingShape& shape, int layer) {
    if (shape.adapterRank == 0)
        return {};
    const std::string adapter = "adapter." + std::to_string(layer) + ".";
    const std::int64_t D = shape.model.width, R = shape.adapterRank;
    return {matrixSpec(adapter + "a", {D, R}, uniformValues(1 / std::sqrt(static_cast<double>(D)))),
            matrixSpec(adapter + "b", {R, D})}; // 0: changes nothing at first
}

} // namespace engine
