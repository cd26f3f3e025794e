// token_dataset.h: a text file as one row of tokens.
// Documents are separated by a line that holds only a form feed; in the row, the tokenizer's separator stands
// after each.
// Marks:   text between U+0002 and U+0003 is marked where a training asks for it (TrainingSettings). Marks
//          are no part of the text then, and each piece between two of them is encoded by itself.
// Threads: immutable after open(); any number of readers.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace engine {

class TokenDataset {
public:
    enum class Marks { AreText, AreRead };

    // Reads and encodes `text`, in parallel by documents. `cache` (empty: none) keeps the tokens for the next
    // time; a cache of another text or vocabulary is made anew. `progress` gets the share done. Marked texts
    // are not kept. Errors: those of reading and of Tokenizer::encode; InvalidArgument (marks that do not
    // pair).
    [[nodiscard]] static Expected<TokenDataset>
    open(const std::filesystem::path& text, const Tokenizer& tokenizer, const std::filesystem::path& cache,
         ThreadPool& pool, const std::function<void(double)>& progress = {}, Marks marks = Marks::AreText);

    [[nodiscard]] std::span<const std::uint16_t> tokens() const { return m_tokens; }
    // Whether each token is in marked text [as tokens()]; empty if marks are not read.
    [[nodiscard]] std::span<const char> marked() const { return m_marked; }
    [[nodiscard]] std::int64_t textBytes() const { return m_textBytes; } // of the text, separators left out
    [[nodiscard]] std::uint64_t textHash() const { return m_textHash; } // FNV-1a over the text as it was read
    [[nodiscard]] int separator() const { return m_separator; }

private:
    std::vector<std::uint16_t> m_tokens;
    std::vector<char> m_marked;
    std::int64_t m_textBytes = 0;
    std::uint64_t m_textHash = 0;
    int m_separator = 0;
};

} // namespace engine
