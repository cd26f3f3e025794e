// gate_conversion.h: the engine's gate frames as the application's.
// Threads: pure functions.
#pragma once

#include "app/generation/gate_frames.h"
#include "engine/core/error.h"
#include "engine/trace/gate_frame.h"

namespace app {

// `firstPosition`: the sequence position of the run's first token. Frames of earlier tokens (the prompt) are
// left out. Summaries are rounded to the steps in which the project file keeps them, so a reopened heatmap is
// the very same.
[[nodiscard]] GateFrames toRunFrames(const engine::GateFrames& frames, std::int64_t firstPosition);
// Positions become token numbers of the run.
[[nodiscard]] engine::GateFrames toEngineFrames(const GateFrames& frames);
[[nodiscard]] GateSummary toAppSummary(const engine::GateSummary& summary);

} // namespace app
