// emulated_sessions.h: small random models on the emulated device, and what tests ask of them.
#pragma once

#include "engine/backend/cuda_plugin.h"
#include "engine/runtime/session.h"
#include "tests/support/model_writer.h"

#include <memory>
#include <span>
#include <vector>

extern "C" const engine::CudaPlugin* inkgate_cuda_plugin();

namespace support {

using namespace engine;

inline constexpr int kVocabulary = 101;

inline std::vector<int> someTokens(std::size_t count) {
    std::vector<int> tokens(count);
    for (std::size_t i = 0; i < count; ++i)
        tokens[i] = static_cast<int>((i * 37 + i * i * 11 + 5) % kVocabulary);
    return tokens;
}

inline std::shared_ptr<const Model> randomModel(Architecture architecture,
                                                const EnhancementConfig& enhancement,
                                                WeightType type = WeightType::Float32) {
    ModelConfig config = support::smallConfig(architecture, enhancement);
    config.vocabulary = kVocabulary;
    const auto model = Model::random(config, {type}, 7);
    return model ? *model : nullptr;
}

inline std::unique_ptr<Backend> openDevice() {
    auto backend = inkgate_cuda_plugin()->open(0);
    return backend ? std::move(*backend) : nullptr;
}

class CollectGates final : public GateSink {
public:
    void gates(int layer, std::span<const float> values) override {
        layers.push_back(layer);
        all.insert(all.end(), values.begin(), values.end());
    }
    std::vector<int> layers;
    std::vector<float> all;
};

// Of the largest value. The emulated device computes in float32 throughout, and rounds only the x of packed
// weights, to 16 bits, in some six products of each of three layers.
inline double shareOf(WeightType type) { return type == WeightType::Float32 ? 1e-4 : 2e-3; }

// Logits after each of `count` tokens that follow a prompt.
inline std::vector<float> run(Session& session, State& state, std::size_t count, GateSink* sink = nullptr) {
    const auto tokens = someTokens(count);
    std::vector<float> logits(count * kVocabulary);
    for (std::size_t t = 0; t < count; ++t)
        if (!session.decode(state, tokens[t], std::span(logits).subspan(t * kVocabulary, kVocabulary), sink))
            return {};
    return logits;
}

} // namespace support
