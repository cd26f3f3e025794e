// state_cache.h: states of texts that were read, so that going on, trying again, changing a place in the
// middle or returning to an earlier version does not read everything again. Snapshots stand at multiples of
// kSnapshotInterval tokens, at the end of a prompt, and where reading was stopped or a generation ended.
// A snapshot is known by the tokens before it (by 128 bits that every token goes into), whichever text they
// stand in: versions of a text share the snapshots of what they have in common. Text that was tokenised
// otherwise is another text. Once the budget is full, snapshots go from the half that has not been used for
// longest, every other one first, then every other of those left, and so on: the beginning of a text that is
// longer than the budget keeps snapshots far apart. One cache per model: a state of other sizes is never
// returned, but equal sizes are not told apart. What a base model has read under a gate that was not applied
// counts as its own: such states are returned in the shape that is asked for.
// Threads: one at a time.
#pragma once

#include "engine/runtime/state/state.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

namespace engine {

// Names a sequence of tokens.
struct PrefixKey {
    std::uint64_t first = 0x9E3779B97F4A7C15u;
    std::uint64_t second = 0xC2B2AE3D27D4EB4Fu;
    std::uint64_t tokens = 0;

    [[nodiscard]] PrefixKey followedBy(int token) const;
    bool operator==(const PrefixKey&) const = default;
};

class StateCache {
public:
    static constexpr std::size_t kSnapshotInterval = 256;

    // INKGATE_STATE_CACHE of the environment, a whole number of MiB above 0; where that is not set, or is
    // anything else, an eighth of the machine's memory, within 256 MiB and 4 GiB.
    [[nodiscard]] static std::size_t defaultBudget();

    // Keeps at most `byteBudget` bytes of snapshots, but one in any case.
    explicit StateCache(std::size_t byteBudget = defaultBudget());

    // Puts the furthest snapshot that stands on a prefix of `tokens` into `state`. One on all of `tokens`
    // counts only if its logits are known; they are put into `logits`. Returns how many tokens that state has
    // read; 0, and `state` is not touched, if there is none. What read() and keep() say is then about these
    // tokens.
    std::size_t restore(std::span<const int> tokens, State& state, std::span<float> logits);

    // `tokens` were read after those that were restored and read so far.
    void read(std::span<const int> tokens);
    // What was restored and read, and going back to what that was.
    [[nodiscard]] const PrefixKey& position() const { return m_position; }
    void goTo(const PrefixKey& position) { m_position = position; }
    // Keeps `state`, which has read all of these, with the logits that followed, or none if they are not
    // known.
    void keep(const State& state, std::span<const float> logits = {});
    // Takes in a snapshot that was kept elsewhere; it counts as used now.
    void insert(const PrefixKey& key, State state, std::vector<float> logits);
    [[nodiscard]] bool isAtInterval() const { return m_position.tokens % kSnapshotInterval == 0; }
    void clear();

    // Pages that several snapshots share count once.
    [[nodiscard]] std::size_t byteSize() const { return m_bytes; }

    struct Snapshot {
        PrefixKey key;
        State state;
        std::vector<float> logits;

        // Without pages.
        [[nodiscard]] std::size_t byteSize() const {
            return state.byteSize() + logits.size() * sizeof(float);
        }
    };
    // Those that stand on prefixes of `tokens`, the furthest first; valid until the next change.
    [[nodiscard]] std::vector<const Snapshot*> along(std::span<const int> tokens) const;

private:
    struct KeyHash {
        std::size_t operator()(const PrefixKey& key) const { return static_cast<std::size_t>(key.first); }
    };

    void dropOne();
    // What a snapshot takes of the budget, before and after it is there.
    void count(const Snapshot& snapshot);
    void discount(const Snapshot& snapshot);

    std::size_t m_byteBudget;
    std::size_t m_bytes = 0;
    std::unordered_map<const void*, std::size_t> m_pages; // of all snapshots, in how many of them
    PrefixKey m_position;                                 // what was restored and read
    std::list<Snapshot> m_snapshots;                      // used last comes first
    std::unordered_map<PrefixKey, std::list<Snapshot>::iterator, KeyHash> m_byKey;
};

} // namespace engine
