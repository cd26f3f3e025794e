// session.h: runs sequences on a model: prefill (many known tokens) and decode (one new token), on the
// processor or a device.
// Prefill of T tokens at once, in chunks and one by one give the same logits within 1e-4 (float32).
// Gates:   on a device, sinks get those of a decoded token up to one call later; deliverGates() hands over
//          the rest. A sink lives until then.
// Threads: one at a time; owns scratch memory and uses the given pool. The State belongs to the caller.
#pragma once

#include "engine/backend/backend.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/model/model.h"
#include "engine/runtime/state/state.h"

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

namespace engine {

// One token of one sequence.
struct DecodeStep {
    State* state = nullptr;
    int token = 0;
    std::span<float> logits;     // [V], or empty for none
    GateSink* sink = nullptr;    // may be null
    bool usesEnhancement = true; // false: as the model would run without its enhancement
    bool leavesLogits =
        false; // true, with no `logits`: they stay on the device, for drawToken() and fetchLogits()
};

class Session {
public:
    Session(std::shared_ptr<const Model> model, std::shared_ptr<ThreadPool> pool);
    // On a device, all of it.
    Session(std::shared_ptr<const Model> model, std::unique_ptr<Backend> device);
    // The first `deviceLayers` layers on a device, the others and the head on the processor: for models that
    // are larger than the device's memory. Between 1 and all but one.
    Session(std::shared_ptr<const Model> model, std::unique_ptr<Backend> device, int deviceLayers,
            std::shared_ptr<ThreadPool> pool);
    ~Session();

    [[nodiscard]] const Model& model() const;
    // Tokens that prefill() reads at once: 32 to 256 on the processor, the more the smaller the model; 2048
    // on a device.
    [[nodiscard]] std::size_t chunk() const;
    // Of channel mixing with few tokens, since the beginning.
    [[nodiscard]] SkippedWork skipped() const;

    // Reads `tokens` into `state`. `logits`: [V] for the last token's, [tokens.size() * V] for all, or empty.
    // `sink` (may be null) receives the gates of all tokens. `stop` is looked at once per layer of a chunk,
    // about every 50 ms at most. `usesEnhancement`: see DecodeStep; a sequence keeps to one of the two.
    // Errors: InvalidArgument (a token out of range, a state of another model, a wrong logits size),
    // DeviceLost (what is on the device is gone, states included),
    // Cancelled and OutOfMemory (state holds the chunks read so far; state.position() says how many tokens;
    // `sink` may then have seen some layers of the chunk that was given up).
    [[nodiscard]] Expected<void> prefill(State& state, std::span<const int> tokens, std::span<float> logits,
                                         GateSink* sink = nullptr, std::stop_token stop = {},
                                         bool usesEnhancement = true);

    // One token. `logits` [V], or empty for none. No allocation after the first call.
    // Errors: InvalidArgument; OutOfMemory and DeviceLost, after which `state` is not to be used.
    [[nodiscard]] Expected<void> decode(State& state, int token, std::span<float> logits,
                                        GateSink* sink = nullptr);

    // One token each of several sequences, with different states; the weights are read once for all of them.
    // Up to eight sequences get the very values that each would get alone. Errors: as decode(), for any of
    // them.
    [[nodiscard]] Expected<void> decodeTogether(std::span<const DecodeStep> steps);

    // Whether tokens can be drawn where the logits are: on a device.
    [[nodiscard]] bool drawsTokens() const;
    // Of step number `step` of the last decodeTogether(), which left its logits; op.logits is not used.
    // Errors: DeviceLost, OutOfMemory.
    [[nodiscard]] Expected<DrawnToken> drawToken(std::size_t step, const TokenDraw& op);
    // The same step's logits, [V], which the next prefill() or decode of whatever state replaces.
    [[nodiscard]] Expected<void> fetchLogits(std::size_t step, std::span<float> out);

    // Grows by one with every call that replaces logits which were left.
    [[nodiscard]] std::uint64_t calls() const;

    // Hands over what sinks have not been given yet. Errors: DeviceLost.
    [[nodiscard]] Expected<void> deliverGates();

private:
    struct Data;
    std::unique_ptr<Data> m_data;
};

} // namespace engine
