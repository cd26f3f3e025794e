#include "engine/tokenizer/sentencepiece_file.h"

#include <cstdint>
#include <optional>

namespace engine {

namespace {

constexpr std::uint64_t kPieces = 1;
constexpr std::uint64_t kNormalizer = 3;
constexpr std::uint64_t kDenormalizer = 5;
// Fields of the normaliser.
constexpr std::uint64_t kRules = 2;
constexpr std::uint64_t kDummyPrefix = 3;
constexpr std::uint64_t kRemoveSpaces = 4;
constexpr std::uint64_t kEscapeSpaces = 5;

struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0; // of a number
    std::string_view bytes;  // of a string or message
};

// Fields of one protobuf message, one after the other.
class ProtobufFields {
public:
    explicit ProtobufFields(std::string_view message)
        : m_rest(message) {}

    [[nodiscard]] bool atEnd() const { return m_rest.empty(); }

    // Nothing if the message is cut or not a protobuf.
    std::optional<Field> next() {
        const auto key = varint();
        if (!key || *key >> 3 == 0)
            return std::nullopt;
        Field field{*key >> 3, 0, {}};
        switch (*key & 7) {
        case 0: {
            const auto value = varint();
            if (!value)
                return std::nullopt;
            field.value = *value;
            return field;
        }
        case 1: return take(8, field);
        case 2: {
            const auto length = varint();
            return length ? take(*length, field) : std::nullopt;
        }
        case 5: return take(4, field);
        default: return std::nullopt;
        }
    }

private:
    std::optional<std::uint64_t> varint() {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < m_rest.size() && i < 10; ++i) {
            const auto byte = static_cast<unsigned char>(m_rest[i]);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
            if (byte < 0x80) {
                m_rest.remove_prefix(i + 1);
                return value;
            }
        }
        return std::nullopt;
    }

    std::optional<Field> take(std::uint64_t length, Field field) {
        if (length > m_rest.size())
            return std::nullopt;
        field.bytes = m_rest.substr(0, length);
        m_rest.remove_prefix(length);
        return field;
    }

    std::string_view m_rest;
};

Failure damaged() {
    return failure(ErrorCode::FileDamaged, "not a whole sentencepiece model; copy or download it again");
}

Failure lossy(const std::string& reason) {
    return failure(ErrorCode::VocabularyMismatch,
                   "the sentencepiece model " + reason +
                       ", so a story would come back changed; it must be trained with "
                       "identity normalisation, without dummy prefix, keeping spaces");
}

Expected<void> checkNormalizer(std::string_view message) {
    // What protobuf assumes where the file says nothing.
    bool addsPrefix = true;
    bool removesSpaces = true;
    bool escapesSpaces = true;
    ProtobufFields fields(message);
    while (!fields.atEnd()) {
        const auto field = fields.next();
        if (!field)
            return damaged();
        if (field->number == kRules && !field->bytes.empty())
            return lossy("rewrites characters");
        if (field->number == kDummyPrefix)
            addsPrefix = field->value != 0;
        if (field->number == kRemoveSpaces)
            removesSpaces = field->value != 0;
        if (field->number == kEscapeSpaces)
            escapesSpaces = field->value != 0;
    }
    if (addsPrefix)
        return lossy("puts a space before every text");
    if (removesSpaces)
        return lossy("removes repeated spaces");
    if (!escapesSpaces)
        return lossy("does not mark spaces");
    return {};
}

Expected<void> checkDenormalizer(std::string_view message) {
    ProtobufFields fields(message);
    while (!fields.atEnd()) {
        const auto field = fields.next();
        if (!field)
            return damaged();
        if (field->number == kRules && !field->bytes.empty())
            return lossy("rewrites characters when decoding");
    }
    return {};
}

} // namespace

Expected<void> checkSentencePieceFile(std::string_view model) {
    ProtobufFields fields(model);
    bool hasPieces = false;
    // Protobuf merges a message that comes in several parts; one that does is not from sentencepiece.
    std::optional<std::string_view> normalizer;
    while (!fields.atEnd()) {
        const auto field = fields.next();
        if (!field)
            return damaged();
        hasPieces |= field->number == kPieces;
        if (field->number == kNormalizer) {
            if (normalizer)
                return damaged();
            normalizer = field->bytes;
        }
        if (field->number == kDenormalizer)
            if (auto checked = checkDenormalizer(field->bytes); !checked)
                return checked;
    }
    // Every trainer writes both; the normaliser stands behind the pieces, so a file cut between them lacks
    // it.
    if (!hasPieces || !normalizer)
        return damaged();
    return checkNormalizer(*normalizer);
}

} // namespace engine
