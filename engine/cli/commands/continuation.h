// continuation.h: one or several generations from one prompt to their ends, as generate and compare run them.
// Threads: one at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/runtime/generation.h"

#include <functional>
#include <span>
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

struct ContinuationRequest {
    GenerationSettings settings;
    ContinuationObserver observer;
};

// All from the same prompt, a token each in turn; the weights are read once for all of them. A stop request
// ends them like a limit: what there is so far is the result. Errors: those of Generation.
[[nodiscard]] Expected<std::vector<Continuation>> continueTexts(Session& session, const Tokenizer& tokenizer,
                                                                std::span<const ContinuationRequest> requests,
                                                                std::string_view prompt,
                                                                std::stop_token stop);

} // namespace engine
