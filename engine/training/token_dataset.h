// token_dataset.h: a text file as one row of tokens, and the order in which training reads it.
// Documents are separated by a line that holds only a form feed; in the row, the tokenizer's separator stands
// after each.
// Order:   the row is cut into segments of equal length, shuffled anew for each epoch by the seed. A batch
//          has `slots` sequences; each reads its segment window by window, carrying state, and starts at a
//          different window of its first segment, so that segments do not all end at the same step. The batch
//          of a step is a function of the step: nothing to save.
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

class BatchOrder {
public:
    // segment must be a multiple of window; the dataset must hold at least `slots` segments (asserted by
    // callers through fits()).
    BatchOrder(const TokenDataset& dataset, int slots, int window, int segment, std::uint64_t seed);
    [[nodiscard]] bool fits() const { return m_segments >= m_slots; }

    // Inputs and targets [slots, window] of a step. starts[slot] tells whether the slot begins a segment (or
    // training) here and must forget its state. The input before a segment's first token is the separator.
    void batch(std::int64_t step, std::span<int> inputs, std::span<int> targets, std::span<char> starts);

private:
    [[nodiscard]] std::int64_t segmentAt(std::int64_t ordinal);

    const TokenDataset& m_dataset;
    std::int64_t m_slots, m_window, m_windowsPerSegment, m_segments;
    std::uint64_t m_seed;
    std::int64_t m_shuffledEpoch[2] = {-1, -1}; // a batch can touch two epochs
    std::vector<std::uint32_t> m_order[2];
};

} // namespace engine
