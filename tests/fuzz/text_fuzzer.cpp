// text_fuzzer.cpp: any bytes as a text file: an error, or a sound text that reads the same again; and as
// streamed tokens.
#include "engine/text/text_decoding.h"
#include "engine/text/utf8_stream.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace engine;

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

void checkText(const DecodedText& decoded, std::size_t size) {
    require(findInvalidUtf8(decoded.text) == std::string_view::npos);
    require(decoded.text.find('\r') == std::string::npos);
    if (decoded.damages == 0)
        return;
    require(decoded.offset < size && decoded.line > 0 && decoded.byteInLine > 0);
    // The place that is named is the one that is marked.
    std::size_t start = 0;
    for (std::size_t line = 1; line < decoded.line; ++line) {
        start = decoded.text.find('\n', start);
        require(start != std::string::npos);
        ++start;
    }
    require(decoded.text.compare(start + decoded.byteInLine - 1, 3, "\xEF\xBF\xBD") == 0);
}

void checkFile(std::string_view bytes) {
    for (const bool isBeginning : {false, true})
        if (const auto decoded = decodeText(std::string(bytes), isBeginning))
            checkText(*decoded, bytes.size());
}

// However the bytes are cut into tokens, the same characters come out.
void checkStream(std::string_view bytes) {
    Utf8Stream whole, cut;
    std::string expected = whole.push(bytes);
    expected += whole.flush();
    std::string text;
    for (std::size_t at = 0, length = 1; at < bytes.size(); at += length, length = length % 5 + 1)
        text += cut.push(bytes.substr(at, length));
    text += cut.flush();
    require(text == expected && findInvalidUtf8(text) == std::string_view::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    checkFile(bytes);
    checkStream(bytes);
    return 0;
}
