#include "engine/evaluation/generation/mteval_words.h"

#include <array>
#include <cstddef>

namespace engine {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isPointOrComma(char c) { return c == '.' || c == ','; }

// ASCII punctuation but ' , - . which have rules of their own.
bool standsAlone(char c) {
    const bool isPunctuation =
        (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
    return isPunctuation && c != '\'' && c != '-' && !isPointOrComma(c);
}

// Bytes of the white space that `text` begins with; 0: none. The set is that of Python's str.split().
std::size_t whiteSpaceLength(std::string_view text) {
    if (text.empty())
        return 0;
    const char c = text.front();
    if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1C' && c <= '\x1F'))
        return 1;
    static constexpr std::array<std::string_view, 19> kWide = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
    for (const std::string_view wide : kWide) {
        if (text.starts_with(wide))
            return wide.size();
    }
    return 0;
}

std::string_view withoutSpaceAtEnd(std::string_view text) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t space = whiteSpaceLength(text.substr(i));
        i += space > 0 ? space : 1;
        if (space == 0)
            end = i;
    }
    return text.substr(0, end);
}

void replaceAll(std::string& text, std::string_view what, std::string_view with) {
    std::string result;
    std::size_t begin = 0;
    for (std::size_t found = text.find(what); found != std::string::npos; found = text.find(what, begin)) {
        result.append(text, begin, found - begin).append(with);
        begin = found + what.size();
    }
    text = result.append(text, begin);
}

std::string withSpacesAroundPunctuation(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (standsAlone(c))
            result.append({' ', c, ' '});
        else
            result += c;
    }
    return result;
}

// Each of the following walks as a regular expression of two characters does: what matched is not looked at
// again, so that of "..", only the first point is seen behind what stands before it.
template <class Matches> std::string spaceSecond(const std::string& text, Matches matches) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        result += text[i];
        if (i + 1 < text.size() && matches(text[i], text[i + 1])) {
            result.append({' ', text[i + 1], ' '});
            ++i;
        }
    }
    return result;
}
std::string spaceFirst(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 1 < text.size() && isPointOrComma(text[i]) && !isDigit(text[i + 1])) {
            result.append({' ', text[i], ' ', text[i + 1]});
            ++i;
        } else {
            result += text[i];
        }
    }
    return result;
}

std::vector<std::string> splitAtWhiteSpace(std::string_view text) {
    std::vector<std::string> words;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size();) {
        const std::size_t space = whiteSpaceLength(text.substr(i));
        if (space == 0 && i < text.size()) {
            ++i;
            continue;
        }
        if (i > begin)
            words.emplace_back(text.substr(begin, i - begin));
        if (i == text.size())
            break;
        i += space;
        begin = i;
    }
    return words;
}

} // namespace

std::vector<std::string> mtevalWords(std::string_view text) {
    std::string line(withoutSpaceAtEnd(text));
    replaceAll(line, "<skipped>", "");
    replaceAll(line, "-\n", "");
    replaceAll(line, "\n", " ");
    replaceAll(line, "&quot;", "\"");
    replaceAll(line, "&amp;", "&");
    replaceAll(line, "&lt;", "<");
    replaceAll(line, "&gt;", ">");
    line = withSpacesAroundPunctuation(" " + line + " ");
    line =
        spaceSecond(line, [](char first, char second) { return !isDigit(first) && isPointOrComma(second); });
    line = spaceFirst(line);
    line = spaceSecond(line, [](char first, char second) { return isDigit(first) && second == '-'; });
    return splitAtWhiteSpace(line);
}

} // namespace engine
