// random_model_spec.h: "rwkv6:24x2048:65536", a model of random weights for `bench --random`.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/model/config.h"

#include <string>
#include <string_view>

namespace engine {

// ARCHITECTURE:LAYERSxWIDTH:VOCABULARY with rwkv5, rwkv6 or rwkv7; `enhancement` is a name as describe()
// gives it. Ranks and the feed-forward width are left to Model::random(). Errors: InvalidArgument with what
// was expected.
[[nodiscard]] Expected<ModelConfig> parseRandomModel(std::string_view spec, const std::string& enhancement);

} // namespace engine
