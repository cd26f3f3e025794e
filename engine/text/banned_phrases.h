// banned_phrases.h: finds phrases that must not stand in a growing text, however they are written. Source:
// docs/spec/sampling.md section 7.
// Threads: a value; find() is reentrant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

class BannedPhrases {
public:
    static constexpr std::size_t kNone = std::string_view::npos;

    // Phrases of nothing but white space are passed over.
    explicit BannedPhrases(const std::vector<std::string>& phrases);

    [[nodiscard]] bool isEmpty() const { return m_phrases.empty(); }

    struct Found {
        std::size_t begin = kNone;    // of the phrase that is complete first
        std::size_t possible = kNone; // of the first that may be the beginning of one, at the text's end
    };
    // Only phrases that reach behind `from` count. Offsets in bytes.
    [[nodiscard]] Found find(std::string_view text, std::size_t from) const;
    // Bytes of text before a place that a phrase may have begun in.
    [[nodiscard]] std::size_t reach() const { return m_reach; }

private:
    std::vector<std::u32string> m_phrases; // folded
    std::size_t m_reach = 0;
};

} // namespace engine
