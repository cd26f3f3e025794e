#include "engine/text/utf8_stream.h"

#include <cstdint>
#include <cstring>

namespace engine {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD

struct Sequence {
    std::size_t length =
        0; // bytes of a whole character, or of the maximal subpart of a broken or unfinished one
    enum { Whole, Unfinished, Broken } kind = Whole;
};

// The character that begins at `text[0]`, by the table "Well-Formed UTF-8 Byte Sequences" of the Unicode
// standard: the lead byte gives the length and narrows the range of the second byte, which keeps out overlong
// forms, surrogates and everything above U+10FFFF.
Sequence firstSequence(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80)
        return {1, Sequence::Whole};
    if (lead < 0xC2 || lead > 0xF4)
        return {1, Sequence::Broken};
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead == 0xE0)
        low = 0xA0;
    else if (lead == 0xED)
        high = 0x9F;
    else if (lead == 0xF0)
        low = 0x90;
    else if (lead == 0xF4)
        high = 0x8F;
    for (std::size_t i = 1; i < length; ++i) {
        if (i == text.size())
            return {i, Sequence::Unfinished};
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < low || byte > high)
            return {i, Sequence::Broken};
        low = 0x80;
        high = 0xBF;
    }
    return {length, Sequence::Whole};
}

std::size_t asciiPrefix(std::string_view text) {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, 8);
        if (word & 0x8080808080808080u)
            break;
    }
    while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80)
        ++i;
    return i;
}

} // namespace

std::string Utf8Stream::push(std::string_view bytes) {
    m_pending += bytes;
    const std::string_view all = m_pending;
    std::string complete;
    complete.reserve(all.size());
    std::size_t i = 0;
    while (i < all.size()) {
        const Sequence sequence = firstSequence(all.substr(i));
        if (sequence.kind == Sequence::Unfinished)
            break;
        complete += sequence.kind == Sequence::Whole ? all.substr(i, sequence.length) : kReplacement;
        i += sequence.length;
    }
    m_pending.erase(0, i);
    return complete;
}

std::string Utf8Stream::flush() {
    const bool isBroken = !m_pending.empty();
    m_pending.clear();
    return isBroken ? std::string(kReplacement) : std::string();
}

std::size_t findInvalidUtf8(std::string_view text) {
    std::size_t i = asciiPrefix(text);
    while (i < text.size()) {
        const Sequence sequence = firstSequence(text.substr(i));
        if (sequence.kind != Sequence::Whole)
            return i;
        i += sequence.length;
        i += asciiPrefix(text.substr(i));
    }
    return std::string_view::npos;
}

std::size_t invalidLength(std::string_view text) { return firstSequence(text).length; }

Expected<void> requireUtf8(std::string_view text) {
    if (const std::size_t offset = findInvalidUtf8(text); offset != std::string_view::npos)
        return failure(ErrorCode::InvalidText, "not valid UTF-8 at byte offset " + std::to_string(offset));
    return {};
}

} // namespace engine
