// continuation.h: one generation from prompt to end, as generate and compare both run it.
// Threads: one at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/runtime/generation.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct Continuation {
    std::string text;
    std::vector<int> tokens;
    std::vector<float> probabilities; // with which each token was drawn
    std::string stopReason;           // "max-tokens", "stop-string", "document-end", "interrupted"
    std::size_t promptTokens = 0;
    double promptSeconds = 0; // reading the prompt
    double seconds = 0;       // generating

    [[nodiscard]] double tokensPerSecond() const;
};

struct ContinuationObserver {
    GateSink* sink = nullptr;                             // gets the gates of everything read
    std::function<void(const Generation&)> promptRead;    // all optional
    std::function<void(const GeneratedToken&)> generated; // after every token
};

// A stop request ends it like a limit: what there is so far is the result. Errors: those of Generation.
[[nodiscard]] Expected<Continuation> continueText(Session& session, const Tokenizer& tokenizer,
                                                  const GenerationSettings& settings, std::string_view prompt,
                                                  const ContinuationObserver& observer, std::stop_token stop);

} // namespace engine
