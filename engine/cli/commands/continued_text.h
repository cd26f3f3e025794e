// continued_text.h: continuations as values, as generate and compare report them.
// Threads: one at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/runtime/continuation.h"

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct ContinuedText {
    std::string text;
    std::vector<int> tokens;
    std::vector<float> probabilities; // with which each token was drawn
    std::string stopReason;           // as generate says it: "max-tokens", "sentence-end", "interrupted", ...
    std::size_t promptTokens = 0;
    double promptSeconds = 0; // reading the prompt
    double seconds = 0;       // generating

    [[nodiscard]] double tokensPerSecond() const;
};

struct TextRequest {
    GenerationSettings settings;
    GateSink* sink = nullptr;                             // gets the gates of everything read
    std::function<void(const Generation&)> promptRead;    // may be empty
    std::function<void(const GeneratedToken&)> generated; // likewise
};

// All from the same prompt, on one model. A stop request ends them like a limit: what there is so far is the
// result. Errors: those of Generation.
[[nodiscard]] Expected<std::vector<ContinuedText>> continueTexts(Session& session, const Tokenizer& tokenizer,
                                                                 std::span<const TextRequest> requests,
                                                                 std::string_view prompt,
                                                                 std::stop_token stop);

} // namespace engine
