// enhancement_state.h: how many rows of [D] an enhancement carries between tokens.
// Source:  docs/spec/enhanced-rwkv.md sections 1 and 3a.
#pragma once

#include "engine/model/config.h"

namespace engine {

// Earlier values of the stream, E: 0 without an enhancement, 1 for the adaptive gate, K for conv-routing.
[[nodiscard]] constexpr int enhancementRows(const EnhancementConfig& config) {
    switch (config.variant) {
    case EnhancementConfig::Variant::None: break;
    case EnhancementConfig::Variant::Adaptive: return 1;
    case EnhancementConfig::Variant::ConvRouting: return config.kernel;
    }
    return 0;
}

// Of each layer's means, M.
[[nodiscard]] constexpr int meanRows(const EnhancementConfig& config) { return config.scales; }

// Of the whole model: the embedding of the token before.
[[nodiscard]] constexpr int embeddingRows(const EnhancementConfig& config) {
    return config.routesEmbedding ? 1 : 0;
}

} // namespace engine
