// draw_memory.h: working memory of cuda::drawToken(), and what it brings to the device and back. Buffers grow
// when they have to and never shrink.
// Errors:  BackendFailure.
// Threads: one caller at a time, that of the stream.
#pragma once

#include "engine/cuda/device/device_memory.h"
#include "engine/cuda/device/stream.h"
#include "engine/operations/draw/token_draw.h"

#include <cstddef>
#include <span>
#include <vector>

namespace engine::cuda {

// Tokens that a block has, one per thread.
inline constexpr int kDrawSegment = 1024;
// Of the histogram of logits.
inline constexpr int kDrawBins = 1024;
// What the last block orders, in 32 KB of shared memory. With top-p, top-k or no filter, only what is kept
// and its nearest neighbours come so far: tens to hundreds of tokens in text.
inline constexpr int kMostDrawCandidates = 4096;

// As the device writes it.
struct DrawResult {
    int isComplete = 0;
    int token = 0;
    float probability = 0;
    int bestCount = 0;
    int bestTokens[kDrawnBest] = {};
    float bestProbabilities[kDrawnBest] = {};
};

class DrawMemory {
public:
    void reserve(int segments);
    // Copied in the stream's order. Neither may be called again before fetch().
    void bringPenalties(std::span<const TokenPenalty> penalties, const Stream& stream);
    // A bit per token. Copied only if it differs from the last call's: bans hardly ever change.
    void bringBans(std::span<const int> banned, int vocabulary, const Stream& stream);
    // Waits for the result.
    [[nodiscard]] DrawnToken fetch(const Stream& stream);

    [[nodiscard]] float* logits() const { return m_logits.data(); }                // [segments, kDrawSegment]
    [[nodiscard]] unsigned long long* largest() const { return m_largest.data(); } // [segments]
    [[nodiscard]] unsigned long long* weights() const { return m_weights.data(); } // [segments]
    [[nodiscard]] unsigned long long* histogram() const { return m_histogram.data(); }   // [kDrawBins]
    [[nodiscard]] unsigned long long* candidates() const { return m_candidates.data(); } // as the logits
    [[nodiscard]] int* counts() const { return m_counts.data(); }                        // [segments]
    [[nodiscard]] const TokenPenalty* penalties() const { return m_penalties.data(); }
    [[nodiscard]] const unsigned* bans() const { return m_bans.data(); }
    [[nodiscard]] DrawResult* result() const { return m_result.data(); }

    // By the last bans; 0 if all are banned.
    [[nodiscard]] int lowestUnbanned() const { return m_lowestUnbanned; }

private:
    DeviceArray<float> m_logits;
    DeviceArray<unsigned long long> m_largest, m_weights, m_histogram, m_candidates;
    DeviceArray<int> m_counts;
    PinnedArray<TokenPenalty> m_hostPenalties;
    DeviceArray<TokenPenalty> m_penalties;
    PinnedArray<unsigned> m_hostBans;
    DeviceArray<unsigned> m_bans;
    PinnedArray<DrawResult> m_hostResult;
    DeviceArray<DrawResult> m_result;

    std::vector<int> m_banned;  // what m_bans says,
    int m_bannedVocabulary = 0; // for so many tokens; 0: nothing yet
    int m_lowestUnbanned = 0;
};

} // namespace engine::cuda
