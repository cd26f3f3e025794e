#include "engine/tokenizer/world_tokenizer.h"

#include "engine/text/utf8_stream.h"
#include "engine/tokenizer/byte_trie.h"
#include "engine/tokenizer/world_vocabulary.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <string>
#include <utility>

namespace engine {

namespace {

// World models have so many rows, whatever the number of tokens in the vocabulary file.
constexpr std::size_t kPaddedSize = 65536;

class WorldTokenizer final : public Tokenizer {
public:
    WorldTokenizer(std::vector<std::string> tokens, std::size_t smallestSize)
        : m_texts(std::move(tokens))
        , m_trie(m_texts) {
        for (const std::string& text : m_texts)
            for (std::size_t i = 1; i < text.size(); ++i)
                m_neighbours.set(pairOf(text[i - 1], text[i]));
        m_texts.resize(std::max(m_texts.size(), smallestSize));
        for (std::size_t id = 1; id < m_texts.size(); ++id)
            if (m_texts[id].empty())
                m_unsampled.push_back(static_cast<int>(id));
    }

    [[nodiscard]] Expected<std::vector<int>> encode(std::string_view text) const override {
        if (auto valid = requireUtf8(text); !valid)
            return failure(valid.error());
        std::vector<int> tokens;
        tokens.reserve(text.size() / 3);
        while (!text.empty()) {
            // Every single byte is a token, so there is always a match.
            const auto [id, length] = m_trie.longest(text);
            tokens.push_back(id);
            text.remove_prefix(length);
        }
        return tokens;
    }
    // The longest match from a token's beginning on reaches over no pair of bytes that no token has.
    [[nodiscard]] bool restartsBetween(unsigned char before, unsigned char after) const override {
        return !m_neighbours.test(pairOf(static_cast<char>(before), static_cast<char>(after)));
    }
    [[nodiscard]] std::string_view bytes(int token) const override {
        return m_texts[static_cast<std::size_t>(token)];
    }
    [[nodiscard]] int vocabularySize() const override { return static_cast<int>(m_texts.size()); }
    [[nodiscard]] int documentSeparator() const override { return 0; }
    [[nodiscard]] std::span<const int> unsampledTokens() const override { return m_unsampled; }
    [[nodiscard]] std::string_view kind() const override { return "rwkv-world"; }

private:
    static std::size_t pairOf(char before, char after) {
        return static_cast<std::size_t>(static_cast<unsigned char>(before)) << 8 |
               static_cast<unsigned char>(after);
    }

    std::vector<std::string> m_texts; // [id]
    ByteTrie m_trie;
    std::bitset<65536> m_neighbours; // bytes that stand side by side in a token
    std::vector<int> m_unsampled;
};

} // namespace

Expected<std::unique_ptr<const Tokenizer>> makeWorldTokenizer(std::string_view vocabulary) {
    auto tokens = parseWorldVocabulary(vocabulary);
    if (!tokens)
        return failure(tokens.error());
    return std::unique_ptr<const Tokenizer>(
        std::make_unique<WorldTokenizer>(std::move(*tokens), kPaddedSize));
}

Expected<std::unique_ptr<const Tokenizer>> makeWorldTokenizer(std::span<const std::string_view> escaped) {
    auto tokens = parseEscapedTokens(escaped);
    if (!tokens)
        return failure(tokens.error());
    return std::unique_ptr<const Tokenizer>(std::make_unique<WorldTokenizer>(std::move(*tokens), 0));
}

} // namespace engine
