// generation_time.h: how long a model takes to read a prompt and to continue it: the columns of the paper's
// tables 1 and 2.
// Source:  docs/spec/enhanced-rwkv.md section 7.
//   forward pass   one pass over the document separator and the prompt's tokens from a zero state, to the
//                  logits of the last token
//   generation     so many tokens after it, greedy; a document's end is no end (its token is banned)
// Both are medians over prompts, with bootstrap intervals. Models take turns at every prompt, so that
// whatever else the machine does meanwhile meets all of them; ratios are medians of each prompt's own.
// Every model runs the first prompt once before, untimed: it brings weights and code into the caches.
// Threads: the session's rules: one caller at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/evaluation/bootstrap.h"
#include "engine/runtime/session.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace engine {

struct GenerationTimes {
    Estimate forwardSeconds;
    Estimate generationSeconds;
    Estimate forwardRatio; // to the first model's; 1 for itself
    Estimate generationRatio;
    double promptTokens = 0; // median, the separator included
    int generatedTokens = 0;
    std::size_t prompts = 0;
};

struct GenerationTimeOptions {
    int generatedTokens = 50; // at least 1
    BootstrapSettings bootstrap;
    std::function<void(std::size_t done)> progress; // after each prompt; may be empty
    std::stop_token stop;
};

struct TimedModel {
    Session* session = nullptr;
    const Tokenizer* tokenizer = nullptr;
};

// Of each model. Neither `models` nor `prompts` may be empty. Errors: Cancelled, those of Generation.
[[nodiscard]] Expected<std::vector<GenerationTimes>>
measureGenerationTimes(std::span<const TimedModel> models, std::span<const std::string> prompts,
                       const GenerationTimeOptions& options = {});

} // namespace engine
