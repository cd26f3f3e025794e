#include "engine/text/text_decoding.h"

#include "engine/text/text_encoding.h"
#include "engine/text/utf8_stream.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace engine {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD

// Where the first damage is, as an editor counts. `result.text` holds what comes before it.
void noteDamage(DecodedText& result, std::size_t offset) {
    if (result.damages++ > 0)
        return;
    result.offset = offset;
    result.line = 1;
    std::size_t lineStart = 0;
    const std::string& before = result.text;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const bool isBeforeNewline = i + 1 < before.size() && before[i + 1] == '\n';
        if (before[i] == '\n' || (before[i] == '\r' && !isBeforeNewline)) {
            ++result.line;
            lineStart = i + 1;
        }
    }
    result.byteInLine = before.size() - lineStart + 1;
}

void mendUtf8(std::string_view bytes, bool isBeginning, DecodedText& result) {
    std::string_view rest = bytes;
    for (std::size_t found = findInvalidUtf8(rest); found != std::string_view::npos;
         found = findInvalidUtf8(rest)) {
        result.text += rest.substr(0, found);
        const std::size_t length = invalidLength(rest.substr(found));
        const bool isCut =
            isBeginning && found + length == rest.size() && static_cast<unsigned char>(rest[found]) >= 0xC2;
        if (!isCut) {
            noteDamage(result, bytes.size() - rest.size() + found);
            result.text += kReplacement;
        }
        rest.remove_prefix(found + length);
    }
    result.text += rest;
}

// False if the system cannot convert from this encoding.
bool convert(std::string_view bytes, bool isBeginning, DecodedText& result) {
    const iconv_t converter = iconv_open("UTF-8", result.encoding.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1))
        return false;
    const std::size_t unit = result.encoding.starts_with("UTF-16")   ? 2
                             : result.encoding.starts_with("UTF-32") ? 4
                                                                     : 1;
    char* in = const_cast<char*>(bytes.data()); // iconv's interface is older than const
    std::size_t left = bytes.size();
    std::array<char, 1 << 16> piece;
    for (bool isFlushed = false; !isFlushed;) {
        char* out = piece.data();
        std::size_t room = piece.size();
        // At the end the last letter is asked for: Vietnamese encodings wait whether an accent follows it.
        isFlushed = left == 0;
        const std::size_t done =
            iconv(converter, isFlushed ? nullptr : &in, isFlushed ? nullptr : &left, &out, &room);
        const int reason = errno;
        result.text.append(piece.data(), piece.size() - room);
        if (done != static_cast<std::size_t>(-1) || reason == E2BIG)
            continue;
        if (reason == EINVAL && isBeginning) { // cut inside the last character
            left = 0;
            continue;
        }
        noteDamage(result, bytes.size() - left);
        result.text += kReplacement;
        const std::size_t skipped = reason == EINVAL ? left : std::min(unit, left);
        in += skipped;
        left -= skipped;
    }
    iconv_close(converter);
    return true;
}

void makeLineEndsPlain(std::string& text) {
    if (text.find('\r') == std::string::npos)
        return;
    std::size_t to = 0;
    for (std::size_t from = 0; from < text.size(); ++from) {
        const bool isReturn = text[from] == '\r';
        if (isReturn && from + 1 < text.size() && text[from + 1] == '\n')
            ++from;
        text[to++] = isReturn ? '\n' : text[from];
    }
    text.resize(to);
}

} // namespace

Expected<DecodedText> decodeText(std::string bytes, bool isBeginning) {
    const TextEncoding encoding = encodingOf(bytes);
    const std::string_view body = std::string_view(bytes).substr(encoding.markLength);
    DecodedText result;
    result.encoding = encoding.name;
    if (result.isUtf8() || !convert(body, isBeginning, result)) {
        result.encoding = "UTF-8";
        if (findInvalidUtf8(body) == std::string_view::npos) { // most texts: they are not copied
            bytes.erase(0, encoding.markLength);
            result.text = std::move(bytes);
        } else {
            mendUtf8(body, isBeginning, result);
        }
    }
    if (result.damages > 0)
        result.offset += encoding.markLength;
    if (result.text.find('\0') != std::string::npos)
        return failure(ErrorCode::InvalidText, "holds zero bytes, so it is not a text");
    makeLineEndsPlain(result.text);
    return result;
}

} // namespace engine
