// enhancement_names.h: the enhancement that describe() (config.h) gives a name.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/model/config.h"

#include <string>
#include <vector>

namespace engine {

// All that have a name, the plain model first. Ranks and the kernel are left open; decays and sources are the
// usual ones.
[[nodiscard]] std::vector<EnhancementConfig> allEnhancements();

// The one of them that describe() calls so. Errors: InvalidArgument listing the names.
[[nodiscard]] Expected<EnhancementConfig> enhancementNamed(const std::string& name);

} // namespace engine
