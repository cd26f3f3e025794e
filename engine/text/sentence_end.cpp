#include "engine/text/sentence_end.h"

#include "engine/text/characters.h"

#include <algorithm>
#include <array>
#include <string>

namespace engine {

namespace {

using Characters = std::vector<TextCharacter>;

constexpr std::u32string_view kStops = U".!?…‽؟۔।";
constexpr std::u32string_view kWideStops = U"。！？｡";
constexpr std::u32string_view kClosers = U"\"'”’»›)]}」』）】*_";
constexpr std::u32string_view kDashes = U"-–—―";

// Lower case, without the last full stop. Words that are also whole sentences ("no.") are not here.
constexpr std::array<std::string_view, 52> kAbbreviations{
    "mr",   "mrs", "ms",  "dr",  "prof",   "st",   "sr",   "jr",  "mt",   "col",  "gen",  "capt", "lt",
    "sgt",  "cpl", "rev", "hon", "messrs", "mme",  "mlle", "vs",  "cf",   "vol",  "fig",  "dept", "approx",
    "ca",   "viz", "nr",  "bzw", "usw",    "vgl",  "evtl", "ggf", "inkl", "str",  "fr",   "hr",   "sra",
    "srta", "dña", "inc", "ltd", "corp",   "univ", "gov",  "maj", "adm",  "cmdr", "insp", "esq",  "supt"};

bool contains(std::u32string_view set, char32_t code) { return set.find(code) != std::u32string_view::npos; }

// Whether the full stop at `stop` belongs to the word before it.
bool isAbbreviation(std::string_view text, const Characters& characters, std::size_t stop) {
    std::size_t begin = stop;
    bool hasPoint = false;
    while (begin > 0 && (isLetterOrDigit(characters[begin - 1].code) || characters[begin - 1].code == U'.')) {
        --begin;
        hasPoint = hasPoint || characters[begin].code == U'.';
    }
    if (begin == stop)
        return false;
    if (hasPoint) // "e.g", "U.S", "a.m"; "3.14" may end a sentence
        return isAlphabetic(characters[begin].code);
    if (stop - begin == 1)
        return isUpperCase(characters[begin].code) && characters[begin].code != U'I';
    std::string word;
    for (std::size_t i = begin; i < stop; ++i) {
        const char32_t lower = toLowerCase(characters[i].code);
        if (lower < 0x80)
            word += static_cast<char>(lower);
        else
            word += text.substr(characters[i].begin, characters[i].end - characters[i].begin);
    }
    return std::ranges::find(kAbbreviations, word) != kAbbreviations.end();
}

enum class Verdict { End, Inside, Open };

// `next`: the first character behind the stops and closers.
Verdict judge(const Characters& characters, std::size_t next, bool isEllipsis, bool isAbbreviated) {
    std::size_t place = next;
    while (place < characters.size() && isWhiteSpace(characters[place].code)) {
        if (characters[place].code == U'\n')
            return Verdict::End;
        ++place;
    }
    if (place == characters.size())
        return Verdict::Open;
    const char32_t code = characters[place].code;
    if (isAbbreviated || place == next || isLowerCase(code) || contains(kDashes, code) ||
        contains(U",;:", code))
        return Verdict::Inside;
    if (isEllipsis && code == U'I') {
        if (place + 1 == characters.size())
            return Verdict::Open;
        return isAlphabetic(characters[place + 1].code) ? Verdict::End : Verdict::Inside;
    }
    return Verdict::End;
}

} // namespace

SentenceEnd findSentenceEnd(std::string_view text, std::size_t from) {
    const Characters characters = charactersOf(text);
    SentenceEnd result;
    const auto note = [&](Verdict verdict, std::size_t end) {
        if (end < from)
            return;
        if (verdict == Verdict::End)
            result.end = end;
        else if (verdict == Verdict::Open && result.possible == SentenceEnd::kNone)
            result.possible = end;
    };
    std::size_t wordEnd = 0; // behind the last that is no space
    bool hasWord = false;    // in this line
    for (std::size_t i = 0; i < characters.size() && result.end == SentenceEnd::kNone;) {
        const char32_t code = characters[i].code;
        const bool isWide = contains(kWideStops, code);
        if (code == U'\n') {
            if (hasWord && characters[i].begin >= from)
                note(Verdict::End, std::max(wordEnd, from));
            hasWord = false;
            ++i;
        } else if (isWide || contains(kStops, code)) {
            const std::size_t stop = i;
            while (i < characters.size() &&
                   (contains(kStops, characters[i].code) || contains(kWideStops, characters[i].code)))
                ++i;
            const bool isPoint = i - stop == 1 && code == U'.';
            const bool isEllipsis = code == U'…' || (i - stop > 1 && code == U'.');
            while (i < characters.size() && contains(kClosers, characters[i].code))
                ++i;
            const bool isAbbreviated = isPoint && isAbbreviation(text, characters, stop);
            wordEnd = characters[i - 1].end;
            hasWord = true;
            if (isWide)
                note(i < characters.size() ? Verdict::End : Verdict::Open, wordEnd);
            else
                note(judge(characters, i, isEllipsis, isAbbreviated), wordEnd);
        } else {
            if (!isWhiteSpace(code)) {
                wordEnd = characters[i].end;
                hasWord = true;
            }
            ++i;
        }
    }
    return result;
}

} // namespace engine
