// prompt_cache.h: the last text that was read, with snapshots along it, so that continuing it, trying again
// or changing its end does not read it all again: snapshots stand at multiples of kSnapshotInterval tokens,
// at the end of a prompt and where a generation ended.
// What a text has in common with the last one is decided by comparing tokens, so text that was tokenised
// otherwise is simply read again from the last snapshot before the difference.
// One cache per model: a state of another size is never returned, but equal sizes are not told apart.
// Threads: one at a time.
#pragma once

#include "engine/runtime/state.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace engine {

class PromptCache {
public:
    static constexpr std::size_t kSnapshotInterval = 256;

    // Keeps at most `byteBudget` bytes of snapshots; the earliest go first, as texts change at their end. At
    // least one is kept.
    explicit PromptCache(std::size_t byteBudget = std::size_t{256} << 20);

    // Puts the furthest snapshot that stands on a prefix of `tokens` into `state` and forgets what comes
    // after it. One on all of `tokens` counts only if its logits are known; they are put into `logits`.
    // Returns how many tokens that state has read; 0, and nothing changed outside, if there is none.
    std::size_t restore(std::span<const int> tokens, State& state, std::span<float> logits);

    // `tokens` were read after those the cache knows. Starts from nothing after clear() or a restore() that
    // returned 0.
    void read(std::span<const int> tokens);
    // Keeps `state`, which has read all tokens the cache knows, with the logits that followed, or none if
    // they are not known.
    void keep(const State& state, std::span<const float> logits = {});
    [[nodiscard]] bool isAtInterval() const { return m_tokens.size() % kSnapshotInterval == 0; }
    void clear();

    [[nodiscard]] std::size_t byteSize() const { return m_bytes; }

private:
    struct Snapshot {
        State state;
        std::vector<float> logits;

        [[nodiscard]] std::size_t byteSize() const {
            return state.byteSize() + logits.size() * sizeof(float);
        }
    };
    void forgetAfter(std::size_t tokens);

    std::size_t m_byteBudget;
    std::size_t m_bytes = 0;
    std::vector<int> m_tokens;
    std::map<std::size_t, Snapshot> m_snapshots; // by the number of tokens read
};

} // namespace engine
