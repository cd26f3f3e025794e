#include "engine/tokenizer/sentencepiece_tokenizer.h"

#include "engine/text/utf8_stream.h"
#include "engine/tokenizer/sentencepiece_file.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>

namespace engine {

namespace {

// sentencepiece writes a space as this character, U+2581; in a text it can therefore only be spelled in
// bytes.
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";
// Words longer than this (text without spaces) are cut: the pieces at the cut may differ from those of the
// whole word. It bounds memory, and the rounding of the scores that sentencepiece adds up.
constexpr std::size_t kMaxWordBytes = 16384;
// Longer words hardly come again, so they are not remembered.
constexpr std::size_t kMaxRememberedBytes = 48;
constexpr std::size_t kMaxRememberedWords = 1 << 20;

// What the options of the model must keep. Numbers of tokens do not matter here.
constexpr std::array<std::string_view, 8> kSelfTest = {
    "  \"Well,\" he said.  ",
    "One.\n\nTwo.\n Three\r\n\tfour\n\n\n",
    "no\u00A0break, cafe\u0301, caf\u00E9, \uFB01sh, \uFF21",
    "\u201Ccurly\u201D \u2014 \u2026",
    "\u4F60\u597D \U0001F469\u200D\U0001F469\u200D\U0001F467",
    "</s><unk><0x41>",
    std::string_view("a\0b", 3),
    "a",
};

std::string textOfPiece(std::string_view piece) {
    std::string text;
    while (!piece.empty()) {
        if (piece.starts_with(kSpaceMark)) {
            text += ' ';
            piece.remove_prefix(kSpaceMark.size());
        } else {
            text += piece[0];
            piece.remove_prefix(1);
        }
    }
    return text;
}

class SentencePieceTokenizer final : public Tokenizer {
public:
    [[nodiscard]] Expected<void> load(std::string_view model);

    [[nodiscard]] Expected<std::vector<int>> encode(std::string_view text) const override;
    // A run of line breaks is a word of its own, and words are encoded each by itself.
    [[nodiscard]] bool restartsBetween(unsigned char before, unsigned char after) const override {
        return m_splitsAroundLineBreaks && before == '\n' && after != '\n';
    }
    [[nodiscard]] std::string_view bytes(int token) const override {
        return m_texts[static_cast<std::size_t>(token)];
    }
    [[nodiscard]] int vocabularySize() const override { return static_cast<int>(m_texts.size()); }
    [[nodiscard]] int documentSeparator() const override { return m_separator; }
    [[nodiscard]] std::span<const int> unsampledTokens() const override { return m_unsampled; }
    [[nodiscard]] std::string_view kind() const override { return "sentencepiece"; }

private:
    [[nodiscard]] Expected<void> readPieces();
    [[nodiscard]] Expected<void> testItself() const;
    [[nodiscard]] std::string_view firstWord(std::string_view text) const;
    void appendWord(std::string_view word, std::vector<int>& tokens) const;
    [[nodiscard]] bool spells(const std::vector<int>& tokens, std::string_view text) const;

    sentencepiece::SentencePieceProcessor m_processor;
    std::vector<std::string> m_texts; // [id]
    std::array<int, 256> m_bytePieces{};
    std::vector<int> m_unsampled;
    int m_separator = -1;
    // Whether no piece reaches across a word's beginning, or holds a line break and something else.
    bool m_splitsBeforeSpaces = true;
    bool m_splitsAroundLineBreaks = true;
};

Expected<void> SentencePieceTokenizer::load(std::string_view model) {
    if (auto checked = checkSentencePieceFile(model); !checked)
        return checked;
    if (const auto status = m_processor.LoadFromSerializedProto(model); !status.ok())
        return failure(ErrorCode::FileDamaged, "sentencepiece cannot read it: " + status.ToString());
    if (auto read = readPieces(); !read)
        return read;
    return testItself();
}

Expected<void> SentencePieceTokenizer::readPieces() {
    m_bytePieces.fill(-1);
    m_separator = m_processor.eos_id() >= 0 ? m_processor.eos_id() : m_processor.bos_id();
    if (m_separator < 0)
        return failure(
            ErrorCode::VocabularyMismatch,
            "the sentencepiece model has no piece for the end of a document; train it with an eos_id");
    for (int id = 0; id < m_processor.GetPieceSize(); ++id) {
        const std::string& piece = m_processor.IdToPiece(id);
        std::string text;
        if (m_processor.IsByte(id)) {
            unsigned byte = 256; // the name is "<0xNN>"
            if (piece.size() == 6)
                std::from_chars(piece.data() + 3, piece.data() + 5, byte, 16);
            if (byte > 255)
                return failure(ErrorCode::FileDamaged,
                               "the byte piece " + std::to_string(id) + " names no byte");
            text = static_cast<char>(byte);
            m_bytePieces[byte] = id;
        } else if (m_processor.IsControl(id) || m_processor.IsUnused(id) || m_processor.IsUnknown(id)) {
            if (id != m_separator)
                m_unsampled.push_back(id);
        } else {
            text = textOfPiece(piece);
            const std::size_t letter = text.find_first_not_of(' ');
            if (letter != std::string::npos && text.find(' ', letter) != std::string::npos)
                m_splitsBeforeSpaces = false;
            if (text.find('\n') != std::string::npos && text.find_first_not_of('\n') != std::string::npos)
                m_splitsAroundLineBreaks = false;
        }
        m_texts.push_back(std::move(text));
    }
    if (std::find(m_bytePieces.begin(), m_bytePieces.end(), -1) != m_bytePieces.end())
        return failure(ErrorCode::VocabularyMismatch,
                       "the sentencepiece model has no pieces for single bytes, so it "
                       "cannot hold every text; train it with byte_fallback");
    return {};
}

bool SentencePieceTokenizer::spells(const std::vector<int>& tokens, std::string_view text) const {
    for (const int token : tokens) {
        const std::string_view part = bytes(token);
        if (!text.starts_with(part))
            return false;
        text.remove_prefix(part.size());
    }
    return text.empty();
}

// The options were checked already; this finds what they cannot tell, such as pieces that no text can reach.
Expected<void> SentencePieceTokenizer::testItself() const {
    for (const std::string_view sample : kSelfTest) {
        std::vector<int> tokens;
        const auto status = m_processor.Encode(sample, &tokens);
        if (!status.ok() || !spells(tokens, sample))
            return failure(ErrorCode::VocabularyMismatch, "the sentencepiece model changes text: \"" +
                                                              std::string(sample) + "\" does not come back");
    }
    return {};
}

// A run of line breaks, a run of U+2581, or spaces and what follows them up to the next space, break or
// U+2581.
std::string_view SentencePieceTokenizer::firstWord(std::string_view text) const {
    const auto runLength = [&](std::string_view unit) {
        std::size_t length = 0;
        while (length < kMaxWordBytes && text.substr(length).starts_with(unit))
            length += unit.size();
        return length;
    };
    if (const std::size_t length = runLength(kSpaceMark))
        return text.substr(0, length);
    if (m_splitsAroundLineBreaks)
        if (const std::size_t length = runLength("\n"))
            return text.substr(0, length);
    std::size_t end = runLength(" ");
    while (end < text.size() && end < kMaxWordBytes) {
        const char c = text[end];
        if ((c == ' ' && m_splitsBeforeSpaces) || (c == '\n' && m_splitsAroundLineBreaks) ||
            (c == kSpaceMark[0] && text.substr(end).starts_with(kSpaceMark)))
            return text.substr(0, end);
        ++end;
    }
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        ++end;
    return text.substr(0, end);
}

void SentencePieceTokenizer::appendWord(std::string_view word, std::vector<int>& tokens) const {
    std::vector<int> pieces;
    if (!word.starts_with(kSpaceMark) && m_processor.Encode(word, &pieces).ok() && spells(pieces, word)) {
        tokens.insert(tokens.end(), pieces.begin(), pieces.end());
        return;
    }
    for (const char byte : word)
        tokens.push_back(m_bytePieces[static_cast<unsigned char>(byte)]);
}

Expected<std::vector<int>> SentencePieceTokenizer::encode(std::string_view text) const {
    if (auto valid = requireUtf8(text); !valid)
        return failure(valid.error());
    struct Place { // in `tokens`, of a word's first occurrence
        std::size_t begin;
        std::size_t count;
    };
    std::unordered_map<std::string_view, Place> remembered;
    std::vector<int> tokens;
    tokens.reserve(text.size() / 3);
    while (!text.empty()) {
        const std::string_view word = firstWord(text);
        text.remove_prefix(word.size());
        const std::size_t begin = tokens.size();
        if (const auto known = remembered.find(word); known != remembered.end()) {
            for (std::size_t i = 0; i < known->second.count; ++i)
                tokens.push_back(tokens[known->second.begin + i]);
            continue;
        }
        appendWord(word, tokens);
        if (word.size() <= kMaxRememberedBytes && remembered.size() < kMaxRememberedWords)
            remembered.emplace(word, Place{begin, tokens.size() - begin});
    }
    return tokens;
}

} // namespace

Expected<std::unique_ptr<const Tokenizer>> makeSentencePieceTokenizer(std::string_view model) try {
    auto tokenizer = std::make_unique<SentencePieceTokenizer>();
    if (auto loaded = tokenizer->load(model); !loaded)
        return failure(loaded.error());
    return std::unique_ptr<const Tokenizer>(std::move(tokenizer));
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory for the sentencepiece model");
} catch (const std::exception& exception) { // its trie throws at pieces without bytes
    return failure(ErrorCode::FileDamaged, std::string("sentencepiece cannot read it: ") + exception.what());
}

} // namespace engine
