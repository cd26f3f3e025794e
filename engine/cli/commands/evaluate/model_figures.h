// model_figures.h: everything that evaluate measures of one model.
// Threads: values.
#pragma once

#include "engine/evaluation/gates/gates_by_class.h"
#include "engine/evaluation/generation/generation_scores.h"
#include "engine/evaluation/generation_time.h"
#include "engine/evaluation/perplexity.h"
#include "engine/sampling/sampler.h"

#include <optional>
#include <string>
#include <vector>

namespace engine {

// What was not asked for is absent.
struct ModelFigures {
    std::string label;       // as the user named it: "tales+gated"
    std::string name;        // of the model: "tales"
    std::string enhancement; // describe() of it: "none", "adaptive", ...
    std::optional<PerplexityReport> perplexity;
    std::optional<GenerationTimes> times;
    std::optional<GenerationScores> greedy;
    std::optional<GenerationScores> sampled;
    std::optional<GatesByClass> gates;
};

// What all models were measured on and how.
struct Evaluation {
    std::string text;    // path; empty: none
    std::string prompts; // likewise
    std::size_t promptCount = 0;
    int continuationTokens = 0;
    SamplerSettings sampler; // of the sampled continuations
    BootstrapSettings bootstrap;
    std::vector<ModelFigures> models; // at least one
};

} // namespace engine
