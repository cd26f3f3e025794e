// paragraph_reader.h: the paragraphs (non-empty lines) of a text, one after the other, without copying.
// A line ends at "\n" or "\r\n"; lines that are empty or hold only a form feed (the corpus' book mark) are
// passed over.
// Threads: a value.
#pragma once

#include <optional>
#include <string_view>

namespace engine {

class ParagraphReader {
public:
    // `text` must outlive the reader and what it returns.
    explicit ParagraphReader(std::string_view text)
        : m_rest(text) {}
    [[nodiscard]] std::optional<std::string_view> next();

private:
    std::string_view m_rest;
};

// The longest start of `text` of at most `maxBytes` bytes (at least 4) that ends before a space, or, where
// there is none, at the end of a character. `text` must be valid UTF-8 and not empty.
[[nodiscard]] std::string_view firstPart(std::string_view text, std::size_t maxBytes);

} // namespace engine
