// token_class.h: what a token is to the text it stands in, for reading gates by class.
// Source:  docs/spec/enhanced-rwkv.md section 8. What that page leaves open is decided here:
// - A token that belongs to several classes gets the first of them in the order below. White space before a
//   word counts for nothing.
// - A paragraph break is a blank line; in a document without any, a line end.
// - A point, comma or colon between two digits is part of the number. Points behind a title (Mr, Dr, ...)
//   or a single capital letter are no sentence's end, nor are those with a lower-case word behind them.
//   Quotation marks and brackets right behind a sentence's end belong to it.
// - A word is letters and digits, with apostrophes and hyphens between them. It is capitalised if its first
//   letter is a capital and its second character a lower-case letter; words all in capitals are headings and
//   emphasis here.
// - A capitalised word that does not start a sentence is an entity, known by its spelling without 's. Its
//   first token has the class; what follows is "inside a word". The second time, and wherever it stands, it
//   is a later mention. Each document begins anew. A sentence also starts behind an opening quotation mark
//   and at a line's beginning.
// Threads: pure function.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace engine {

enum class TokenClass : std::uint8_t {
    ParagraphBreak,
    SentenceEnd,
    ClauseMark,
    QuotationMark,
    FirstMention,
    LaterMention,
    WordStart,
    InsideWord,
    Other,
};

inline constexpr std::array kTokenClasses = {
    TokenClass::ParagraphBreak, TokenClass::SentenceEnd,  TokenClass::ClauseMark,
    TokenClass::QuotationMark,  TokenClass::FirstMention, TokenClass::LaterMention,
    TokenClass::WordStart,      TokenClass::InsideWord,   TokenClass::Other};

// For people: "sentence end".
[[nodiscard]] std::string_view name(TokenClass tokenClass);

struct TokenLabel {
    TokenClass tokenClass = TokenClass::Other;
    std::uint32_t paragraph = 0; // counted from 0 within the document; its break belongs to it
};

// `document` is valid UTF-8; `tokenBytes` says how many of its bytes each token has, and adds up to its size.
[[nodiscard]] std::vector<TokenLabel> labelTokens(std::string_view document,
                                                  std::span<const std::size_t> tokenBytes);

} // namespace engine
