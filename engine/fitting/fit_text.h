// fit_text.h: a writer's text as one row of tokens, of which the last tenth is held out to measure on.
// Source:  docs/spec/enhanced-rwkv.md section 11.
// Threads: pure function.
#pragma once

#include "engine/core/error.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace engine {

inline constexpr std::size_t kLeastFitBytes = 10'000; // some 1,800 words: a tenth of less says nothing

struct FitText {
    std::vector<int> tokens;     // the document separator stands before each document
    std::size_t heldOutFrom = 0; // index of the first held-out token
    std::size_t learnedBytes = 0, heldOutBytes = 0;
    int separator = 0;
};

// `texts` in order, each valid UTF-8, of one document or more (engine/text/documents.h). The last tenth of
// all begins with a paragraph; in a text of one paragraph with a word. Errors: InvalidArgument (less than
// kLeastFitBytes in all), InvalidText.
[[nodiscard]] Expected<FitText> splitForFitting(std::span<const std::string> texts,
                                                const Tokenizer& tokenizer);

} // namespace engine
