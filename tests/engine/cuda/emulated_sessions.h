// emulated_sessions.h: small random models on the emulated device, and what tests ask of them.
#pragma once

#include "engine/backend/cuda_plugin.h"
#include "tests/support/decoded_tokens.h"

#include <cstddef>
#include <memory>
#include <vector>

extern "C" const engine::CudaPlugin* inkgate_cuda_plugin();

namespace support {

using namespace engine;

inline constexpr int kVocabulary = 101;

inline std::vector<int> someTokens(std::size_t count) { return someTokens(count, kVocabulary); }

inline std::shared_ptr<const Model> randomModel(Architecture architecture,
                                                const EnhancementConfig& enhancement,
                                                WeightType type = WeightType::Float32) {
    ModelConfig config = smallConfig(architecture, enhancement);
    config.vocabulary = kVocabulary;
    return randomModel(config, type);
}

inline std::unique_ptr<Backend> openDevice() {
    auto backend = inkgate_cuda_plugin()->open(0);
    return backend ? std::move(*backend) : nullptr;
}

// Of the largest value. The emulated device computes in float32 throughout, and rounds only the x of packed
// weights, to 16 bits, in some six products of each of three layers.
inline double shareOf(WeightType type) { return type == WeightType::Float32 ? 1e-4 : 2e-3; }

// Logits after each of `count` tokens that follow a prompt.
inline std::vector<float> run(Session& session, State& state, std::size_t count, GateSink* sink = nullptr) {
    return decodeAll(session, state, someTokens(count), sink);
}

} // namespace support
