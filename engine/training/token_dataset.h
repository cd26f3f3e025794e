// token_dataset.h: a text file as one row of tokens.
// Documents are separated by a line that holds only a form feed; in the row, the tokenizer's separator stands
// after each.
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
    // Reads and encodes `text`, in parallel by documents. `cache` (empty: none) keeps the tokens for the next
    // time; a cache of another text or vocabulary is made anew. `progress` gets the share done. Errors: those
    // of reading and of Tokenizer::encode.
    [[nodiscard]] static Expected<TokenDataset> open(const std::filesystem::path& text,
                                                     const Tokenizer& tokenizer,
                                                     const std::filesystem::path& cache, ThreadPool& pool,
                                                     const std::function<void(double)>& progress = {});

    [[nodiscard]] std::span<const std::uint16_t> tokens() const { return m_tokens; }
    [[nodiscard]] std::int64_t textBytes() const { return m_textBytes; } // of the text, separators left out
    [[nodiscard]] std::uint64_t textHash() const { return m_textHash; } // FNV-1a over the text as it was read
    [[nodiscard]] int separator() const { return m_separator; }

private:
    std::vector<std::uint16_t> m_tokens;
    std::int64_t m_textBytes = 0;
    std::uint64_t m_textHash = 0;
    int m_separator = 0;
};

} // namespace engine
