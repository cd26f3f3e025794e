#include "engine/text/utf8_stream.h"
#include "engine/tokenizer/tokenizer.h"

#include <array>
#include <memory>

namespace engine {

namespace {

class ByteTokenizer final : public Tokenizer {
public:
    ByteTokenizer() {
        for (std::size_t byte = 0; byte < m_bytes.size(); ++byte)
            m_bytes[byte] = static_cast<char>(byte);
    }

    [[nodiscard]] Expected<std::vector<int>> encode(std::string_view text) const override {
        if (auto valid = requireUtf8(text); !valid)
            return failure(valid.error());
        std::vector<int> tokens;
        tokens.reserve(text.size());
        for (const char byte : text)
            tokens.push_back(static_cast<unsigned char>(byte));
        return tokens;
    }
    [[nodiscard]] bool restartsBetween(unsigned char, unsigned char) const override { return true; }
    [[nodiscard]] std::string_view bytes(int token) const override { return {m_bytes.data() + token, 1}; }
    [[nodiscard]] int vocabularySize() const override { return static_cast<int>(m_bytes.size()); }
    // NUL, which stories do not contain. It keeps its byte, so that texts with NUL still come back.
    [[nodiscard]] int documentSeparator() const override { return 0; }
    [[nodiscard]] std::span<const int> unsampledTokens() const override { return {}; }
    [[nodiscard]] std::string_view kind() const override { return "bytes"; }

private:
    std::array<char, 256> m_bytes{};
};

} // namespace

std::unique_ptr<const Tokenizer> makeByteTokenizer() { return std::make_unique<ByteTokenizer>(); }

} // namespace engine
