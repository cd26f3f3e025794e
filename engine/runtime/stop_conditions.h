// stop_conditions.h: where a continuation ends. Source: docs/spec/sampling.md sections 7 and 8.
// Threads: a value.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace engine {

enum class StopReason { None, MaxTokens, StopString, DocumentEnd, StopToken, SentenceEnd, ParagraphEnd };

struct StopConditions {
    int maxTokens = 200;
    std::vector<std::string> stopStrings; // ends before the first occurrence, which is not part of the text
    std::vector<int> stopTokens;          // ends before such a token
    bool stopAtDocumentEnd = true;        // else the separator is banned
    bool stopAtSentenceEnd = false;       // behind the first end of a sentence that has a word
    bool stopAtParagraphEnd = false;      // before the first new line behind a word
    // From 0.8 maxTokens on the first end of a sentence or line ends the text, and maxTokens may be passed.
    bool hasSoftLength = false;
    std::vector<std::string> bannedPhrases;

    [[nodiscard]] int softBegin() const { return maxTokens - maxTokens / 5; }
    [[nodiscard]] int hardLength() const {
        return hasSoftLength ? maxTokens + std::clamp(maxTokens / 4, 8, 64) : maxTokens;
    }
};

} // namespace engine
