// gate_conversion.h: the engine's gate frames as the application's.
// Threads: pure function.
#pragma once

#include "app/generation/gate_frames.h"

namespace app {

// `firstPosition`: the sequence position of the run's first token. Frames of earlier tokens (the prompt) are
// left out.
[[nodiscard]] GateFrames toRunFrames(const engine::GateFrames& frames, std::int64_t firstPosition);

} // namespace app
