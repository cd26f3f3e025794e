// enhancement_state.h: how many rows of earlier stream values an enhancement carries between tokens.
// Source:  docs/spec/enhanced-rwkv.md section 1.
#pragma once

#include "engine/model/config.h"

namespace engine {

// E: 0 without an enhancement, 1 for the adaptive gate, K for conv-routing.
[[nodiscard]] constexpr int enhancementRows(const EnhancementConfig& config) {
    switch (config.variant) {
    case EnhancementConfig::Variant::None: break;
    case EnhancementConfig::Variant::Adaptive: return 1;
    case EnhancementConfig::Variant::ConvRouting: return config.kernel;
    }
    return 0;
}

} // namespace engine
