#include "engine/text/banned_phrases.h"

#include "engine/text/characters.h"

#include <algorithm>

namespace engine {

namespace {

// A row of white space counts as one space, so that its bytes are not bounded by the phrase; this many are
// looked at.
constexpr std::size_t kBytesPerCharacter = 8;

char32_t folded(char32_t code) {
    if (isWhiteSpace(code))
        return U' ';
    if (std::u32string_view(U"‘’‚‛").find(code) != std::u32string_view::npos)
        return U'\'';
    if (std::u32string_view(U"“”„‟").find(code) != std::u32string_view::npos)
        return U'"';
    return toLowerCase(code);
}

// One entry for a row of white space.
std::vector<TextCharacter> foldedCharacters(std::string_view text) {
    std::vector<TextCharacter> result;
    for (const TextCharacter& character : charactersOf(text)) {
        const char32_t code = folded(character.code);
        if (code == U' ' && !result.empty() && result.back().code == U' ')
            result.back().end = character.end;
        else
            result.push_back({code, character.begin, character.end});
    }
    return result;
}

} // namespace

BannedPhrases::BannedPhrases(const std::vector<std::string>& phrases) {
    for (const std::string& phrase : phrases) {
        std::u32string codes;
        for (const TextCharacter& character : foldedCharacters(phrase))
            codes += character.code;
        if (codes.starts_with(U' '))
            codes.erase(0, 1);
        if (codes.ends_with(U' '))
            codes.pop_back();
        if (codes.empty())
            continue;
        m_reach = std::max(m_reach, (codes.size() + 1) * kBytesPerCharacter);
        m_phrases.push_back(std::move(codes));
    }
}

BannedPhrases::Found BannedPhrases::find(std::string_view text, std::size_t from) const {
    Found found;
    const std::vector<TextCharacter> characters = foldedCharacters(text);
    std::size_t firstEnd = characters.size() + 1;
    for (std::size_t begin = 0; begin < characters.size(); ++begin) {
        const bool isInWord = begin > 0 && isLetterOrDigit(characters[begin - 1].code);
        for (const std::u32string& phrase : m_phrases) {
            if (isInWord && isLetterOrDigit(phrase.front()))
                continue;
            std::size_t length = 0;
            while (length < phrase.size() && begin + length < characters.size() &&
                   characters[begin + length].code == phrase[length])
                ++length;
            const std::size_t end = begin + length;
            if (length == 0 || characters[end - 1].end <= from)
                continue;
            if (length == phrase.size() && end < firstEnd) {
                firstEnd = end;
                found.begin = characters[begin].begin;
            } else if (length < phrase.size() && end == characters.size() && found.possible == kNone) {
                found.possible = characters[begin].begin;
            }
        }
    }
    return found;
}

} // namespace engine
