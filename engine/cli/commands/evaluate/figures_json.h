// figures_json.h: the figures of evaluate as JSON. Every estimate is {"value", "low", "high"}, the ends of
// its 95 % interval; what there is not is null.
// Threads: pure functions.
#pragma once

#include "engine/cli/commands/evaluate/model_figures.h"
#include "engine/cli/output/json_output.h"

namespace engine {

[[nodiscard]] Json toJson(const GenerationScores& scores);

// One model: its figures beside what it was measured on. `isList`: {"models": [...]} and the same. A model's
// scores without a name before them are the greedy ones; "sampled" has the others.
[[nodiscard]] Json toJson(const Evaluation& evaluation, bool isList);

// "sentence_end" for TokenClass::SentenceEnd, and so on; also used in CSV files.
[[nodiscard]] std::string key(TokenClass tokenClass);

} // namespace engine
