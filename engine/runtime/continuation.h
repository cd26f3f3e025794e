// continuation.h: one or several texts continued from one prompt to their ends: the loop that the command
// line and the application's worker both run.
// Threads: one at a time; observers are called on the calling thread.
#pragma once

#include "engine/core/error.h"
#include "engine/runtime/generation.h"

#include <cstddef>
#include <span>
#include <stop_token>
#include <string_view>

namespace engine {

// Told of a continuation while it runs.
class ContinuationObserver {
public:
    virtual ~ContinuationObserver() = default;

    // Who gets the gates of what is read next; asked before the prompt and before each token. May be null;
    // else it lives as long as the continuation.
    [[nodiscard]] virtual GateSink* sink() { return nullptr; }
    virtual void reading(std::size_t /*known*/, std::size_t /*total*/) {} // see ReadingProgress
    virtual void promptRead(const Generation& /*generation*/) {}
    virtual void generated(const GeneratedToken& /*token*/) {}
};

class Continuation {
public:
    // All must outlive the continuation; `cache` may be null, see Generation.
    Continuation(Session& session, const Tokenizer& tokenizer, const GenerationSettings& settings,
                 StateCache* cache, ContinuationObserver& observer);

    [[nodiscard]] const Generation& generation() const { return m_generation; }
    // None: it was stopped, or has not ended yet.
    [[nodiscard]] StopReason stopReason() const { return m_stopReason; }
    [[nodiscard]] int tokens() const { return m_tokens; } // generated
    [[nodiscard]] double promptSeconds() const { return m_promptSeconds; }
    // Of generating. What is read together counts for each.
    [[nodiscard]] double writingSeconds() const { return m_writingSeconds; }
    // It is the one that the error of continueTogether() is about.
    [[nodiscard]] bool hasFailed() const { return m_hasFailed; }

private:
    friend class ContinuationLoop;

    Session& m_session;
    const Tokenizer& m_tokenizer;
    ContinuationObserver& m_observer;
    Generation m_generation;
    StopReason m_stopReason = StopReason::None;
    int m_tokens = 0;
    double m_promptSeconds = 0;
    double m_writingSeconds = 0;
    bool m_hasFailed = false;
};

// Each reads the prompt, which is encoded once per tokenizer; then all write a token in turn until they have
// ended. Those of one session read their tokens together, so that each weight is read once for all of them.
// Those that share a cache read the prompt once; what is written only the first of them remembers.
// Errors: those of Generation. Cancelled: `stop` took effect; what was generated until then stands.
[[nodiscard]] Expected<void> continueTogether(std::span<Continuation* const> continuations,
                                              std::string_view prompt, std::stop_token stop);

} // namespace engine
