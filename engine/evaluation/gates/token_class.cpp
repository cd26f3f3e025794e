#include "engine/evaluation/gates/token_class.h"

#include "engine/text/characters.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <unordered_set>

namespace engine {

namespace {

bool isDecimalDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool isWordCharacter(char32_t c) { return isAlphabetic(c) || isDecimalDigit(c); }
bool isApostrophe(char32_t c) { return c == U'\'' || c == 0x2019; } // quotation marks as well
bool isQuotationMark(char32_t c) {
    return c == U'"' || isApostrophe(c) || (c >= 0x2018 && c <= 0x201F) || c == 0xAB || c == 0xBB ||
           c == 0x2039 || c == 0x203A;
}
bool isEndMark(char32_t c) { return c == U'.' || c == U'!' || c == U'?' || c == 0x2026; }
bool isClauseMark(char32_t c) { return c == U',' || c == U';' || c == U':' || c == 0x2014; }
bool isClosingMark(char32_t c) {
    return c == U')' || c == U']' || (isQuotationMark(c) && c != 0x2018 && c != 0x201C && c != 0xAB);
}

// Titles that are written with a point.
bool isTitle(std::string_view word) {
    static constexpr std::string_view kTitles[] = {"Mr",   "Mrs",  "Ms",     "Dr", "St",  "Prof", "Rev",
                                                   "Capt", "Col",  "Gen",    "Lt", "Sgt", "Hon",  "Esq",
                                                   "Mme",  "Mlle", "Messrs", "Jr", "Sr",  "No",   "Mt"};
    return std::ranges::find(kTitles, word) != std::end(kTitles);
}

// Walks a document once and says of every byte what it is.
class DocumentWalk {
public:
    explicit DocumentWalk(std::string_view text)
        : m_text(text)
        , m_classes(text.size(), TokenClass::Other)
        , m_hasBlankLines(hasBlankLines(text)) {
        while (m_at < m_text.size())
            step();
    }

    [[nodiscard]] std::span<const TokenClass> classes() const { return m_classes; }
    // Offsets at which a paragraph begins, but for the first.
    [[nodiscard]] std::span<const std::size_t> paragraphStarts() const { return m_paragraphStarts; }

private:
    static bool hasBlankLines(std::string_view text) {
        for (std::size_t feed = text.find('\n'); feed != std::string_view::npos;
             feed = text.find('\n', feed + 1)) {
            const std::size_t next = text.find_first_not_of(" \t\r", feed + 1);
            if (next != std::string_view::npos && text[next] == '\n')
                return true;
        }
        return false;
    }
    [[nodiscard]] char32_t codeAt(std::size_t offset) const {
        return offset < m_text.size() ? characterAt(m_text, offset).code : 0;
    }
    [[nodiscard]] std::size_t behind(std::size_t offset) const { return characterAt(m_text, offset).end; }
    template <class Matches> [[nodiscard]] std::size_t endOf(std::size_t offset, Matches matches) const {
        while (offset < m_text.size() && matches(codeAt(offset)))
            offset = behind(offset);
        return offset;
    }
    // Everything up to `end` is of this class.
    void take(std::size_t end, TokenClass tokenClass) {
        std::fill(m_classes.begin() + static_cast<std::ptrdiff_t>(m_at),
                  m_classes.begin() + static_cast<std::ptrdiff_t>(end), tokenClass);
        m_at = end;
    }

    void step();
    void takeLineEnds();
    void takeWord();
    void takeEndMarks();
    void takeQuotationMark();
    [[nodiscard]] std::size_t wordEnd() const;
    [[nodiscard]] TokenClass classOfWord(std::string_view word);
    [[nodiscard]] bool endsSentence(std::size_t end) const;

    std::string_view m_text;
    std::vector<TokenClass> m_classes; // [byte]
    std::vector<std::size_t> m_paragraphStarts;
    std::unordered_set<std::string> m_entities;
    std::string_view m_lastWord; // right before m_at, or empty
    bool m_hasBlankLines;
    bool m_startsSentence = true;
    char32_t m_before = U'\n'; // the character before m_at
    std::size_t m_at = 0;
};

void DocumentWalk::step() {
    const std::size_t begin = m_at;
    const char32_t c = codeAt(m_at);
    if (isWordCharacter(c)) {
        takeWord();
    } else {
        if (c == U'\n')
            takeLineEnds();
        else if (isEndMark(c))
            takeEndMarks();
        else if (isQuotationMark(c))
            takeQuotationMark();
        else
            take(behind(m_at), isClauseMark(c) ? TokenClass::ClauseMark : TokenClass::Other);
        m_lastWord = {};
    }
    for (std::size_t i = begin; i < m_at; i = behind(i))
        m_before = codeAt(i);
}

void DocumentWalk::takeLineEnds() {
    const std::size_t end = endOf(m_at, isWhiteSpace);
    // White space behind the last line end belongs to the line it begins.
    const std::size_t lastFeed = m_text.substr(0, end).rfind('\n');
    const auto feeds = std::ranges::count(m_text.substr(m_at, end - m_at), '\n');
    m_startsSentence = true;
    if (feeds < 2 && m_hasBlankLines) {
        take(lastFeed + 1, TokenClass::Other);
        return;
    }
    take(lastFeed + 1, TokenClass::ParagraphBreak);
    m_paragraphStarts.push_back(m_at);
}

std::size_t DocumentWalk::wordEnd() const {
    std::size_t end = m_at;
    char32_t last = 0;
    while (end < m_text.size()) {
        const char32_t c = codeAt(end);
        const std::size_t next = behind(end);
        const char32_t following = codeAt(next);
        const bool joinsLetters = (isApostrophe(c) || c == U'-') && isWordCharacter(following);
        const bool joinsDigits =
            (c == U'.' || c == U',' || c == U':') && isDecimalDigit(last) && isDecimalDigit(following);
        if (!isWordCharacter(c) && !joinsLetters && !joinsDigits)
            break;
        last = c;
        end = next;
    }
    return end;
}

TokenClass DocumentWalk::classOfWord(std::string_view word) {
    for (const std::string_view possessive : {"'s", "\xE2\x80\x99s"}) {
        if (word.ends_with(possessive))
            word.remove_suffix(possessive.size());
    }
    const std::size_t second = characterAt(word, 0).end;
    const bool isCapitalised = isUpperCase(characterAt(word, 0).code) && second < word.size() &&
                               isLowerCase(characterAt(word, second).code);
    if (!isCapitalised)
        return TokenClass::WordStart;
    if (m_entities.contains(std::string(word)))
        return TokenClass::LaterMention;
    if (m_startsSentence || isTitle(word))
        return TokenClass::WordStart;
    m_entities.emplace(word);
    return TokenClass::FirstMention;
}

void DocumentWalk::takeWord() {
    const std::size_t end = wordEnd();
    m_lastWord = m_text.substr(m_at, end - m_at);
    take(m_at + 1, classOfWord(m_lastWord));
    take(end, TokenClass::InsideWord);
    m_startsSentence = false;
}

bool DocumentWalk::endsSentence(std::size_t end) const {
    const std::string_view marks = m_text.substr(m_at, end - m_at);
    if (marks.find_first_of("!?") != std::string_view::npos)
        return true;
    const bool isInitial = !m_lastWord.empty() && isUpperCase(codeAt(m_at - m_lastWord.size())) &&
                           m_lastWord.size() == characterAt(m_lastWord, 0).end && m_lastWord != "I";
    if (marks == "." && (isTitle(m_lastWord) || isInitial))
        return false;
    const std::size_t next =
        endOf(endOf(end, isClosingMark), [](char32_t c) { return isWhiteSpace(c) && c != U'\n'; });
    return !isLowerCase(codeAt(next));
}

void DocumentWalk::takeEndMarks() {
    const std::size_t end = endOf(m_at, isEndMark);
    if (!endsSentence(end)) {
        take(end, TokenClass::Other);
        return;
    }
    take(endOf(end, isClosingMark), TokenClass::SentenceEnd);
    m_startsSentence = true;
}

void DocumentWalk::takeQuotationMark() {
    const bool isOpening = isWhiteSpace(m_before) || m_before == U'(' || m_before == 0x2014;
    m_startsSentence = m_startsSentence || isOpening;
    take(behind(m_at), TokenClass::QuotationMark);
}

} // namespace

std::string_view name(TokenClass tokenClass) {
    switch (tokenClass) {
    case TokenClass::ParagraphBreak: return "paragraph break";
    case TokenClass::SentenceEnd: return "sentence end";
    case TokenClass::ClauseMark: return "clause mark";
    case TokenClass::QuotationMark: return "quotation mark";
    case TokenClass::FirstMention: return "entity, first mention";
    case TokenClass::LaterMention: return "entity, later mention";
    case TokenClass::WordStart: return "first token of a word";
    case TokenClass::InsideWord: return "inside a word";
    case TokenClass::Other: return "other";
    }
    return "";
}

std::vector<TokenLabel> labelTokens(std::string_view document, std::span<const std::size_t> tokenBytes) {
    const DocumentWalk walk(document);
    std::vector<TokenLabel> labels(tokenBytes.size());
    std::size_t begin = 0, paragraph = 0;
    for (std::size_t token = 0; token < tokenBytes.size(); ++token) {
        assert(begin + tokenBytes[token] <= document.size());
        while (paragraph < walk.paragraphStarts().size() && walk.paragraphStarts()[paragraph] <= begin)
            ++paragraph;
        TokenLabel& label = labels[token];
        label.paragraph = static_cast<std::uint32_t>(paragraph);
        for (const TokenClass tokenClass : walk.classes().subspan(begin, tokenBytes[token]))
            label.tokenClass = std::min(label.tokenClass, tokenClass);
        begin += tokenBytes[token];
    }
    return labels;
}

} // namespace engine
