#include "engine/runtime/continuation.h"

#include "engine/core/stopwatch.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace engine {

namespace {

Failure stopped() { return failure(ErrorCode::Cancelled, "stopped before the end"); }

} // namespace

class ContinuationLoop {
public:
    ContinuationLoop(std::span<Continuation* const> continuations, std::stop_token stop)
        : m_continuations(continuations)
        , m_stop(std::move(stop)) {}

    Expected<void> readPrompts(std::string_view prompt) {
        const Tokenizer* encodedBy = nullptr;
        std::vector<int> tokens;
        for (Continuation* continuation : m_continuations) {
            if (m_stop.stop_requested())
                return stopped();
            if (&continuation->m_tokenizer != encodedBy) {
                auto encoded = Generation::encodePrompt(continuation->m_tokenizer, prompt);
                if (!encoded)
                    return failed(*continuation, std::move(encoded.error()));
                tokens = std::move(*encoded);
                encodedBy = &continuation->m_tokenizer;
            }
            const Stopwatch watch;
            ContinuationObserver& observer = continuation->m_observer;
            auto read = continuation->m_generation.readPrompt(
                tokens, observer.sink(), m_stop,
                [&](std::size_t known, std::size_t total) { observer.reading(known, total); });
            continuation->m_promptSeconds = watch.seconds();
            if (!read)
                return failed(*continuation, std::move(read.error()));
            observer.promptRead(continuation->m_generation);
        }
        shareCaches();
        return {};
    }

    // A token of each that has not ended. False: all have.
    Expected<bool> step() {
        if (m_stop.stop_requested()) // before a token is read, which may take a second
            return stopped();
        std::vector<Continuation*> writing;
        for (Continuation* continuation : m_continuations)
            if (continuation->m_stopReason == StopReason::None)
                writing.push_back(continuation);
        for (std::size_t i = 0; i < writing.size(); ++i)
            if (auto read = readSession(writing, i); !read)
                return failed(*writing[i], std::move(read.error()));
        for (Continuation* continuation : writing)
            if (auto drawn = draw(*continuation); !drawn)
                return failed(*continuation, std::move(drawn.error()));
        return !writing.empty();
    }

private:
    // What one has read of the prompt the next ones know; what it writes, the cache follows for the first.
    void shareCaches() {
        for (std::size_t i = 0; i < m_continuations.size(); ++i)
            for (std::size_t later = i + 1; later < m_continuations.size(); ++later)
                if (m_continuations[later]->m_generation.cache() == m_continuations[i]->m_generation.cache())
                    m_continuations[later]->m_generation.leaveCache();
    }

    static Failure failed(Continuation& continuation, Error error) {
        continuation.m_hasFailed = true;
        return failure(std::move(error));
    }

    // What those of one session have drawn last; the first of them reads for all.
    static Expected<void> readSession(const std::vector<Continuation*>& writing, std::size_t index) {
        const auto isOfSession = [&](const Continuation* other) {
            return &other->m_session == &writing[index]->m_session;
        };
        const auto begin = writing.begin() + static_cast<std::ptrdiff_t>(index);
        if (std::any_of(writing.begin(), begin, isOfSession))
            return {};
        std::vector<Generation*> generations;
        std::vector<GateSink*> sinks;
        for (auto other = begin; other != writing.end(); ++other)
            if (isOfSession(*other)) {
                generations.push_back(&(*other)->m_generation);
                sinks.push_back((*other)->m_observer.sink());
            }
        const Stopwatch watch;
        auto read = Generation::readTogether(generations, sinks);
        for (auto other = begin; other != writing.end(); ++other)
            if (isOfSession(*other))
                (*other)->m_writingSeconds += watch.seconds();
        return read;
    }

    static Expected<void> draw(Continuation& continuation) {
        do {
            const Stopwatch watch;
            const auto token = continuation.m_generation.tryNext(continuation.m_observer.sink());
            continuation.m_writingSeconds += watch.seconds();
            if (!token)
                return failure(token.error());
            if (!*token)
                return {}; // it waits for the next one
            continuation.m_stopReason = (*token)->stop;
            if ((*token)->token == GeneratedToken::kNone)
                return {};
            ++continuation.m_tokens;
            continuation.m_observer.generated(**token);
        } while (continuation.m_generation.hasCertain());
        return {};
    }

    std::span<Continuation* const> m_continuations;
    std::stop_token m_stop;
};

Continuation::Continuation(Session& session, const Tokenizer& tokenizer, const GenerationSettings& settings,
                           StateCache* cache, ContinuationObserver& observer)
    : m_session(session)
    , m_tokenizer(tokenizer)
    , m_observer(observer)
    , m_generation(session, tokenizer, settings, cache) {}

Expected<void> continueTogether(std::span<Continuation* const> continuations, std::string_view prompt,
                                std::stop_token stop) {
    ContinuationLoop loop(continuations, std::move(stop));
    if (auto read = loop.readPrompts(prompt); !read)
        return read;
    for (;;) {
        const auto isWriting = loop.step();
        if (!isWriting)
            return failure(isWriting.error());
        if (!*isWriting)
            return {};
    }
}

} // namespace engine
