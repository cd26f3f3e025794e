#include "engine/text/text_encoding.h"

#include "engine/text/utf8_stream.h"

#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <memory>

namespace engine {

namespace {

using namespace std::string_view_literals;

// What is at the beginning is like the rest, and uchardet is slow.
constexpr std::size_t kSample = 1 << 20;

struct Mark {
    std::string_view bytes;
    const char* name;
};
// The longer ones first: UTF-32's begins like UTF-16's.
constexpr std::array kMarks{Mark{"\xFF\xFE\0\0"sv, "UTF-32LE"}, Mark{"\0\0\xFE\xFF"sv, "UTF-32BE"},
                            Mark{"\xEF\xBB\xBF"sv, "UTF-8"},    Mark{"\x84\x31\x95\x33"sv, "GB18030"},
                            Mark{"\xFF\xFE"sv, "UTF-16LE"},     Mark{"\xFE\xFF"sv, "UTF-16BE"}};

unsigned char byteAt(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }
bool isHigh(unsigned char c) { return c >= 0x80; }
bool isLower(unsigned char c) { return c >= 'a' && c <= 'z'; }
bool isUpper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
bool isLetter(unsigned char c) { return isLower(c) || isUpper(c); }

// How a text looks as UTF-8.
struct Utf8Look {
    std::size_t characters = 0; // whole ones of more than one byte
    std::size_t broken = 0;     // places
};

Utf8Look lookOf(std::string_view text) {
    Utf8Look look;
    std::size_t from = 0;
    const auto countUntil = [&](std::size_t end) {
        look.characters += static_cast<std::size_t>(std::count_if(
            text.begin() + static_cast<std::ptrdiff_t>(from), text.begin() + static_cast<std::ptrdiff_t>(end),
            [](char c) { return static_cast<unsigned char>(c) >= 0xC0; }));
    };
    for (;;) {
        const std::size_t found = findInvalidUtf8(text.substr(from));
        if (found == std::string_view::npos) {
            countUntil(text.size());
            return look;
        }
        countUntil(from + found);
        ++look.broken;
        from += found + invalidLength(text.substr(from + found));
    }
}

// UTF-16 without its mark: read with the right half first it has spaces, line ends or the stops of Chinese
// and Japanese, or is English, and nowhere half a pair or a control character.
const char* utf16Of(std::string_view text) {
    const std::size_t pairs = text.size() / 2;
    const auto signsWith = [&](std::size_t high) -> std::size_t {
        std::size_t signs = 0, plain = 0;
        bool isInPair = false;
        for (std::size_t i = 0; i < pairs; ++i) {
            const unsigned unit = byteAt(text, 2 * i + high) * 256u + byteAt(text, 2 * i + 1 - high);
            const bool isSecondHalf = unit >= 0xDC00 && unit <= 0xDFFF;
            const bool isSpace = unit == ' ' || unit == '\t' || unit == '\n' || unit == '\r' || unit == '\f';
            if (isSecondHalf != isInPair || (unit < 0x20 && !isSpace))
                return 0;
            isInPair = unit >= 0xD800 && unit <= 0xDBFF;
            signs += isSpace || (unit >= 0x3000 && unit <= 0x3002) || unit == 0xFF0C;
            plain += unit > 0x20 && unit < 0x7F;
        }
        return signs + (2 * plain >= pairs ? plain : 0);
    };
    const std::size_t little = signsWith(1), big = signsWith(0);
    if (little == big)
        return nullptr;
    return little > big ? "UTF-16LE" : "UTF-16BE";
}

std::string detected(std::string_view sample) {
    const std::unique_ptr<uchardet, decltype(&uchardet_delete)> detector(uchardet_new(), &uchardet_delete);
    if (uchardet_handle_data(detector.get(), sample.data(), sample.size()) != 0)
        return {};
    uchardet_data_end(detector.get());
    return uchardet_get_charset(detector.get());
}

bool contains(std::string_view text, unsigned char first, unsigned char last) {
    return std::ranges::any_of(text, [=](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= first && byte <= last;
    });
}

// Bytes that only the Windows sets have letters, quotes and dashes at.
bool hasWindowsBytes(std::string_view text) { return contains(text, 0x80, 0x9F); }

// The Ukrainian letters, where KOI8-R has lines for drawing tables.
bool hasUkrainianKoi8(std::string_view text) {
    return std::ranges::any_of("\xA4\xA6\xA7\xB4\xB6\xB7"sv,
                               [&](char c) { return text.find(c) != std::string_view::npos; });
}

// The encoding of a text in other letters than Latin ones, by what uchardet said; nothing if it is none or
// not to be relied on.
const char* otherScript(const std::string& name, std::string_view sample) {
    struct Name {
        std::string_view said;
        const char* taken;
    };
    static constexpr std::array kNames{Name{"SHIFT_JIS", "CP932"},
                                       Name{"EUC-JP", "EUC-JP"},
                                       Name{"ISO-2022-JP", "ISO-2022-JP"},
                                       Name{"GB18030", "GB18030"},
                                       Name{"HZ-GB-2312", "HZ-GB-2312"},
                                       Name{"BIG5", "BIG5"},
                                       Name{"EUC-TW", "EUC-TW"},
                                       Name{"UHC", "CP949"},
                                       Name{"EUC-KR", "CP949"},
                                       Name{"ISO-2022-KR", "ISO-2022-KR"},
                                       Name{"JOHAB", "JOHAB"},
                                       Name{"WINDOWS-1251", "WINDOWS-1251"},
                                       Name{"IBM866", "IBM866"},
                                       Name{"IBM855", "IBM855"},
                                       Name{"ISO-8859-5", "ISO-8859-5"},
                                       Name{"WINDOWS-1253", "WINDOWS-1253"},
                                       Name{"WINDOWS-1255", "WINDOWS-1255"},
                                       Name{"ISO-8859-8", "WINDOWS-1255"},
                                       Name{"WINDOWS-1256", "WINDOWS-1256"},
                                       Name{"ISO-8859-6", "ISO-8859-6"},
                                       Name{"TIS-620", "CP874"},
                                       Name{"ISO-8859-11", "CP874"}};
    if (name == "KOI8-R")
        return hasUkrainianKoi8(sample) ? "KOI8-U" : "KOI8-R";
    if (name == "MAC-CYRILLIC") // its capitals are where Windows-1251 has hardly anything
        return hasWindowsBytes(sample) ? "MAC-CYRILLIC" : "WINDOWS-1251";
    if (name == "ISO-8859-7")
        return hasWindowsBytes(sample) ? "WINDOWS-1253" : "ISO-8859-7";
    for (const Name& known : kNames)
        if (known.said == name)
            return known.taken;
    return nullptr;
}

// Latin letters other than Windows-1252's; there uchardet needs some of them to go by.
const char* otherLatin(const std::string& name, std::size_t highBytes, std::string_view sample) {
    constexpr std::size_t kEnough = 3;
    if (highBytes < kEnough)
        return nullptr;
    if (name == "WINDOWS-1250" || name == "ISO-8859-2")
        return hasWindowsBytes(sample) || name == "WINDOWS-1250" ? "WINDOWS-1250" : "ISO-8859-2";
    if (name == "WINDOWS-1254" || name == "ISO-8859-9")
        return "WINDOWS-1254";
    if (name == "WINDOWS-1257" || name == "WINDOWS-1258")
        return name == "WINDOWS-1257" ? "WINDOWS-1257" : "WINDOWS-1258";
    return nullptr;
}

// True if every byte beyond ASCII, read as Windows-1252, is a letter in a word or a sign that texts have.
bool makesSenseInWindows1252(std::string_view text) {
    const auto isHighLetter = [](unsigned char c) {
        return c == 0x8A || c == 0x8C || c == 0x8E || c == 0x9A || c == 0x9C || c == 0x9E || c == 0x9F ||
               (c >= 0xC0 && c != 0xD7 && c != 0xF7);
    };
    const auto isHighUpper = [](unsigned char c) { return c >= 0xC0 && c <= 0xDE && c != 0xD7; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const unsigned char c = byteAt(text, i);
        if (!isHigh(c))
            continue;
        const unsigned char before = i > 0 ? byteAt(text, i - 1) : ' ';
        const unsigned char after = i + 1 < text.size() ? byteAt(text, i + 1) : ' ';
        const bool isUnused = c == 0x81 || c == 0x8D || c == 0x8F || c == 0x90 || c == 0x9D;
        const bool isCapitalInWord = isHighUpper(c) && isLower(before);
        // These two hardly occur, and broken files are full of them.
        const bool isAlone = (c == 0xFF || c == 0xFE) && !isLetter(before) && !isLetter(after) &&
                             !isHighLetter(before) && !isHighLetter(after);
        if (isUnused || isCapitalInWord || isAlone || c == 0xFF)
            return false;
    }
    return true;
}

} // namespace

TextEncoding encodingOf(std::string_view bytes) {
    for (const Mark& mark : kMarks)
        if (bytes.starts_with(mark.bytes))
            return {mark.name, mark.bytes.size()};
    std::string_view sample = bytes.substr(0, kSample);
    const Utf8Look look = lookOf(bytes);
    if (sample.find('\0') != std::string_view::npos) {
        if (sample.size() % 2 != 0)
            sample.remove_suffix(1);
        const char* const name = utf16Of(sample);
        return {name != nullptr ? name : "UTF-8", 0};
    }
    const bool hasEscapes = sample.find('\x1B') != std::string_view::npos;
    if (look.broken == 0 && !hasEscapes)
        return {};
    if (look.broken == 0) {
        const std::string name = detected(sample);
        return {name.starts_with("ISO-2022-") ? name : "UTF-8", 0};
    }
    if (look.characters >= look.broken)
        return {};

    const auto high = static_cast<std::size_t>(
        std::ranges::count_if(sample, [](char c) { return isHigh(static_cast<unsigned char>(c)); }));
    const auto plain = static_cast<std::size_t>(
        std::ranges::count_if(sample, [](char c) { return isLetter(static_cast<unsigned char>(c)); }));
    const std::string name = detected(sample);
    // A text in another script is made of it; a Latin one has a letter with a mark here and there.
    if (high * 4 >= plain)
        if (const char* const script = otherScript(name, sample))
            return {script, 0};
    if (const char* const latin = otherLatin(name, high, sample))
        return {latin, 0};
    return {makesSenseInWindows1252(sample) ? "WINDOWS-1252" : "UTF-8", 0};
}

} // namespace engine
