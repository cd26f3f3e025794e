// sentence_end.h: where the sentences of a growing text end. Source: docs/spec/sampling.md section 8.
// Threads: the function is reentrant.
#pragma once

#include <cstddef>
#include <string_view>

namespace engine {

struct SentenceEnd {
    static constexpr std::size_t kNone = std::string_view::npos;

    std::size_t end = kNone;      // the first, behind its closing quotes
    std::size_t possible = kNone; // one that lies before it, or there is none, that what follows will decide
};

// The first end in `text` at `from` or behind. `text` should have the sentence's beginning, or enough of it
// to tell an abbreviation. Offsets in bytes.
[[nodiscard]] SentenceEnd findSentenceEnd(std::string_view text, std::size_t from);

} // namespace engine
