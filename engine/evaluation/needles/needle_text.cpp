#include "engine/evaluation/needles/needle_text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace engine {

namespace {

constexpr std::size_t kTries = 64;        // places of the source to cut a haystack from
constexpr std::size_t kLongestWord = 128; // bytes to look for the end of one

struct Needle {
    std::string sentence, question, answer;
};

std::string digits(std::size_t count, Random& random) {
    std::string text(count, '0');
    for (char& c : text)
        c = static_cast<char>('0' + random.below(10));
    text.front() = static_cast<char>('1' + random.below(9));
    return text;
}

std::string uuid(Random& random) {
    std::string text = "00000000-0000-4000-8000-000000000000";
    for (char& c : text)
        if (c == '0')
            c = "0123456789abcdef"[random.below(16)];
    return text;
}

// Four syllables that are no word of any text: 160,000 names.
std::string inventedName(Random& random) {
    std::string text;
    for (int syllable = 0; syllable < 4; ++syllable) {
        text += "bdfgklmnprstvz"[random.below(14)];
        text += "aeiou"[random.below(5)];
    }
    return text;
}

Needle makeNeedle(NeedleKind kind, Random& random) {
    if (kind == NeedleKind::Passkey) {
        const std::string key = digits(5, random);
        return {"The pass key is " + key + ". Remember it. " + key + " is the pass key.",
                "What is the pass key? The pass key is", " " + key};
    }
    const std::string name = inventedName(random),
                      what = kind == NeedleKind::Number ? "magic number" : "magic uuid",
                      value = kind == NeedleKind::Number ? digits(7, random) : uuid(random),
                      subject = "The special " + what + " for " + name + " is";
    return {subject + " " + value + ".", "What is the special " + what + " for " + name + "? " + subject,
            " " + value};
}

bool isInsideCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

// The next beginning of a character at or behind `at`.
std::size_t characterAt(std::string_view text, std::size_t at) {
    while (at < text.size() && isInsideCharacter(text[at]))
        ++at;
    return at;
}

// The next beginning of a word.
std::size_t wordAt(std::string_view text, std::size_t at) {
    at = characterAt(text, at);
    for (std::size_t i = at; i > 0 && i < std::min(text.size(), at + kLongestWord); ++i)
        if (text[i - 1] == ' ' || text[i - 1] == '\n')
            return i;
    return at;
}

// Needles in `haystack`, and what follows it.
NeedleText assemble(std::string_view haystack, std::span<const Needle> needles,
                    std::span<const double> depths, std::span<const std::size_t> questions) {
    std::vector<std::size_t> order(needles.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return depths[i]; });
    NeedleText text;
    std::string before;
    std::size_t done = 0;
    for (const std::size_t i : order) {
        const auto wanted = static_cast<std::size_t>(depths[i] * static_cast<double>(haystack.size()));
        const std::size_t at = std::max(done, wordAt(haystack, wanted));
        before += haystack.substr(done, at - done);
        before += needles[i].sentence + " ";
        done = at;
    }
    before += haystack.substr(done);
    for (const std::size_t i : questions) {
        before += "\n" + needles[i].question;
        text.pieces.push_back({std::exchange(before, "."), false});
        text.pieces.push_back({needles[i].answer, true});
    }
    return text;
}

Expected<int> countTokens(const NeedleText& text, const Tokenizer& tokenizer) {
    std::size_t count = 1; // the separator
    for (const NeedleText::Piece& piece : text.pieces) {
        const auto tokens = tokenizer.encode(piece.text);
        if (!tokens)
            return failure(tokens.error());
        count += tokens->size();
    }
    return static_cast<int>(count);
}

} // namespace

std::string_view name(NeedleKind kind) {
    switch (kind) {
    case NeedleKind::Passkey: return "passkey";
    case NeedleKind::Number: return "number";
    case NeedleKind::Uuid: return "uuid";
    }
    return "unknown";
}

std::string NeedleText::text() const {
    std::string all;
    for (const Piece& piece : pieces)
        all += piece.text;
    return all;
}

std::string NeedleText::markedText() const {
    std::string all;
    for (const Piece& piece : pieces)
        all += piece.isAnswer ? "\2" + piece.text + "\3" : piece.text;
    return all;
}

Expected<std::string> haystackSource(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' && c != '\n')
            c = ' ';
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    if (text.empty())
        return failure(ErrorCode::InvalidText, "there is no text to hide needles in");
    return text;
}

Expected<NeedleText> makeNeedleText(const NeedleSettings& settings, std::span<const double> depths,
                                    std::string_view source, const Tokenizer& tokenizer, Random& random) {
    if (settings.kind == NeedleKind::Passkey && settings.needles > 1)
        return failure(ErrorCode::InvalidArgument, "a text has one pass key, which has no name; for several "
                                                   "needles choose numbers or uuids");
    std::vector<Needle> needles;
    for (int i = 0; i < settings.needles; ++i)
        needles.push_back(makeNeedle(settings.kind, random));
    std::vector<std::size_t> questions(needles.size());
    std::iota(questions.begin(), questions.end(), std::size_t{0});
    for (std::size_t i = questions.size(); i-- > 1;)
        std::swap(questions[i], questions[random.below(i + 1)]);

    const auto least = countTokens(assemble({}, needles, depths, questions), tokenizer);
    if (!least)
        return failure(least.error());
    if (*least > settings.tokens)
        return failure(ErrorCode::InvalidArgument, "needles and questions take " + std::to_string(*least) +
                                                       " tokens; give texts more than " +
                                                       std::to_string(settings.tokens));
    // The source goes on from its beginning where it ends.
    for (std::size_t tries = 0; tries < kTries; ++tries) {
        std::string haystack;
        std::size_t next = wordAt(source, random.below(source.size()));
        const auto grow = [&](std::size_t bytes) {
            for (const std::size_t wanted = haystack.size() + bytes; haystack.size() < wanted;) {
                const std::size_t end = characterAt(source, next + wanted - haystack.size());
                haystack += source.substr(next, std::min(end, source.size()) - next);
                next = end >= source.size() ? 0 : end;
                if (next == 0)
                    haystack += "\n";
            }
            if (haystack.front() == '\n') // which is no part of a document's beginning
                haystack.front() = ' ';
        };
        int missing = settings.tokens - *least;
        while (missing != 0) {
            if (missing > 0) {
                grow(static_cast<std::size_t>(missing));
            } else { // back by as many characters, of which few are more than a token
                for (int i = 0; i < -missing && !haystack.empty(); ++i) {
                    while (haystack.size() > 1 && isInsideCharacter(haystack.back()))
                        haystack.pop_back();
                    haystack.pop_back();
                }
            }
            const auto count = countTokens(assemble(haystack, needles, depths, questions), tokenizer);
            if (!count)
                return failure(count.error());
            const int before = std::exchange(missing, settings.tokens - *count);
            if (before < 0 && missing > 0)
                break; // stepped over it; another haystack will do
        }
        if (missing == 0)
            return assemble(haystack, needles, depths, questions);
    }
    return failure(ErrorCode::InvalidArgument,
                   "this text cannot be cut so that it has exactly " + std::to_string(settings.tokens) +
                       " tokens with its needles; choose another number of tokens");
}

} // namespace engine
