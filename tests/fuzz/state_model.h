// state_model.h: the model whose saved states are fuzzed: as small as models get.
#pragma once

#include "engine/model/config.h"

#include <string_view>

namespace fuzz {

inline constexpr std::string_view kStateOwner = "fuzz";

[[nodiscard]] inline engine::ModelConfig stateModel() {
    engine::ModelConfig config;
    config.architecture = engine::Architecture::Rwkv6;
    config.layers = 1;
    config.width = 8;
    config.heads = 2;
    config.headSize = 4;
    config.feedForward = 28;
    config.vocabulary = 16;
    return config;
}

} // namespace fuzz
