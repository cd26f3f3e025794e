#include "engine/operations/draw/draw_memory.h"

#include <algorithm>
#include <utility>

namespace engine::cuda {

namespace {

constexpr const char* kWork = "drawing a token";
constexpr std::size_t kLeastPenalties = 1024; // a history seldom has more different tokens
constexpr int kWordBits = 32;

} // namespace

void DrawMemory::reserve(int segments) {
    const auto count = static_cast<std::size_t>(segments);
    m_logits.ensure(count * kDrawSegment, kWork);
    m_largest.ensure(count, kWork);
    m_weights.ensure(count, kWork);
    m_histogram.ensure(kDrawBins, kWork);
    m_candidates.ensure(count * kDrawSegment, kWork);
    m_counts.ensure(count, kWork);
    m_hostResult.ensure(1, kWork);
    m_result.ensure(1, kWork);
}

void DrawMemory::bringPenalties(std::span<const TokenPenalty> penalties, const Stream& stream) {
    if (penalties.empty())
        return;
    // Twice as much as before when it grows, as it grows by a token at a time.
    const auto room = [&](std::size_t size) {
        return size >= penalties.size() ? size : std::max({kLeastPenalties, 2 * size, penalties.size()});
    };
    m_hostPenalties.ensure(room(m_hostPenalties.size()), kWork);
    m_penalties.ensure(room(m_penalties.size()), kWork);
    std::copy(penalties.begin(), penalties.end(), m_hostPenalties.data());
    check(cudaMemcpyAsync(m_penalties.data(), m_hostPenalties.data(), penalties.size_bytes(),
                          cudaMemcpyHostToDevice, stream.handle),
          kWork);
}

void DrawMemory::bringBans(std::span<const int> banned, int vocabulary, const Stream& stream) {
    if (m_bannedVocabulary == vocabulary &&
        std::equal(banned.begin(), banned.end(), m_banned.begin(), m_banned.end()))
        return;
    m_bannedVocabulary = 0; // until it has been copied
    const auto segments = static_cast<std::size_t>(blocksFor(vocabulary, kDrawSegment));
    const std::size_t words = segments * (kDrawSegment / kWordBits);
    m_hostBans.ensure(words, kWork);
    m_bans.ensure(words, kWork);
    unsigned* const mask = m_hostBans.data();
    std::fill_n(mask, words, 0u);
    for (const int token : banned)
        if (token >= 0 && token < vocabulary)
            mask[token / kWordBits] |= 1u << token % kWordBits;
    check(cudaMemcpyAsync(m_bans.data(), mask, words * sizeof *mask, cudaMemcpyHostToDevice, stream.handle),
          kWork);

    m_lowestUnbanned = 0;
    while (m_lowestUnbanned < vocabulary &&
           (mask[m_lowestUnbanned / kWordBits] >> m_lowestUnbanned % kWordBits & 1) != 0)
        ++m_lowestUnbanned;
    if (m_lowestUnbanned == vocabulary)
        m_lowestUnbanned = 0;
    m_banned.assign(banned.begin(), banned.end());
    m_bannedVocabulary = vocabulary;
}

DrawnToken DrawMemory::fetch(const Stream& stream) {
    check(cudaMemcpyAsync(m_hostResult.data(), m_result.data(), sizeof(DrawResult), cudaMemcpyDeviceToHost,
                          stream.handle),
          kWork);
    check(cudaStreamSynchronize(stream.handle), kWork);
    const DrawResult& result = *m_hostResult.data();
    DrawnToken drawn;
    if (result.isComplete == 0)
        return drawn;
    drawn.isComplete = true;
    drawn.token = result.token;
    drawn.probability = result.probability;
    drawn.bestCount = result.bestCount;
    std::copy_n(result.bestTokens, kDrawnBest, drawn.bestTokens.begin());
    std::copy_n(result.bestProbabilities, kDrawnBest, drawn.bestProbabilities.begin());
    return drawn;
}

} // namespace engine::cuda
