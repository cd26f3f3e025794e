// generated_words.h: a tokenizer of words, and a generation run to its end.
#pragma once

#include "engine/runtime/generation.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using namespace engine;

// Words as tokens, so that healing has something to choose from. Token 0 is the separator, 1 is never
// sampled.
class WordTokenizer final : public Tokenizer {
public:
    explicit WordTokenizer(std::vector<std::string> words)
        : m_words(std::move(words)) {
        m_words.insert(m_words.begin(), {"", "<unused>"});
    }
    Expected<std::vector<int>> encode(std::string_view text) const override {
        std::vector<int> tokens;
        while (!text.empty()) {
            int best = -1;
            for (int token = 2; token < vocabularySize(); ++token)
                if (text.starts_with(bytes(token)) && (best < 0 || bytes(token).size() > bytes(best).size()))
                    best = token;
            if (best < 0)
                return failure(ErrorCode::InvalidText, "no word fits");
            tokens.push_back(best);
            text.remove_prefix(bytes(best).size());
        }
        return tokens;
    }
    std::string_view bytes(int token) const override { return m_words[static_cast<std::size_t>(token)]; }
    int vocabularySize() const override { return static_cast<int>(m_words.size()); }
    int documentSeparator() const override { return 0; }
    std::span<const int> unsampledTokens() const override { return m_unsampled; }
    std::string_view kind() const override { return "words"; }

private:
    std::vector<std::string> m_words;
    std::vector<int> m_unsampled{1};
};

struct Outcome {
    std::string text;
    std::vector<int> tokens;
    std::vector<std::string> pieces;
    StopReason stop = StopReason::None;
};

// To its end, or to a thousand tokens.
inline Outcome run(Generation& generation) {
    Outcome outcome;
    while (outcome.stop == StopReason::None) {
        const auto token = generation.next();
        if (!token || outcome.tokens.size() > 1000)
            break;
        outcome.stop = token->stop;
        if (token->token == GeneratedToken::kNone)
            break;
        outcome.text += token->text;
        outcome.tokens.push_back(token->token);
        outcome.pieces.push_back(token->text);
    }
    return outcome;
}

class CountTokens final : public GateSink {
public:
    explicit CountTokens(std::size_t width)
        : m_width(width) {}
    void gates(int layer, std::span<const float> values) override {
        if (layer == 0)
            tokens += values.size() / m_width;
    }
    std::size_t tokens = 0;

private:
    std::size_t m_width;
};

} // namespace test
