// enhancement_state.h: how many rows of [D] an enhancement carries between tokens.
// Source:  docs/spec/enhanced-rwkv.md sections 1 and 3a.
#pragma once

#include "engine/model/config.h"

#include <algorithm>

namespace engine {

// Earlier values of the stream, E: 0 without an enhancement, 1 for the adaptive gate, K for conv-routing, and
// for source-gates as many as the farthest source needs, one at least, which the gates themselves read.
[[nodiscard]] inline int enhancementRows(const EnhancementConfig& config) {
    switch (config.variant) {
    case EnhancementConfig::Variant::None: break;
    case EnhancementConfig::Variant::Adaptive: return 1;
    case EnhancementConfig::Variant::ConvRouting: return config.kernel;
    case EnhancementConfig::Variant::SourceGates: return std::max(1, farthestSource(config.sources));
    }
    return 0;
}

// Of each layer's means, M.
[[nodiscard]] inline int meanRows(const EnhancementConfig& config) {
    return config.scales + countMeans(config.sources);
}

// Of each layer: what the token before adds to the next row.
[[nodiscard]] inline int tokenRows(const EnhancementConfig& config) { return config.routesRows ? 1 : 0; }

// Of the whole model: the embedding of the token before.
[[nodiscard]] inline int embeddingRows(const EnhancementConfig& config) {
    return config.routesEmbedding || hasEmbedding(config.sources) ? 1 : 0;
}

} // namespace engine
