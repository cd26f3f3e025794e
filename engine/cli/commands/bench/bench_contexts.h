// bench_contexts.h: how long reading a text of so many tokens takes, and writing the next ones behind it.
// Errors: those of the session; Cancelled.
#pragma once

#include "engine/cli/commands/commands.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/progress_line.h"
#include "engine/runtime/session.h"

#include <vector>

namespace engine {

// One text of random tokens that grows through `lengths`, which rise. A row per length: "tokens",
// "prefill_seconds" (of the whole text, in pieces of 4096 tokens), "decode_ms_per_token" (the median of
// `decode` tokens, which are not part of the text), "cache_mb" (of keys and values; 0 without sparse blocks).
[[nodiscard]] Expected<Json> measureContexts(Session& session, const ModelConfig& config,
                                             const std::vector<int>& lengths, int decode,
                                             const CommandContext& context, ProgressLine& progress);

// Errors: InvalidArgument if `lengths` do not rise.
[[nodiscard]] Expected<void> checkContexts(const std::vector<int>& lengths);

} // namespace engine
