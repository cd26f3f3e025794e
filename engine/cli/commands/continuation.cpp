#include "engine/cli/commands/continuation.h"

#include "engine/cli/output/stopwatch.h"
#include "engine/runtime/state_cache.h"

#include <list>
#include <utility>

namespace engine {

namespace {

const char* name(StopReason reason) {
    switch (reason) {
    case StopReason::None: return "";
    case StopReason::MaxTokens: return "max-tokens";
    case StopReason::StopString: return "stop-string";
    case StopReason::DocumentEnd: return "document-end";
    }
    return "";
}

} // namespace

double Continuation::tokensPerSecond() const {
    return seconds > 0 ? static_cast<double>(tokens.size()) / seconds : 0;
}

namespace {

class Run {
public:
    Run(Session& session, const Tokenizer& tokenizer, const ContinuationRequest& request, StateCache* cache)
        : m_generation(session, tokenizer, request.settings, cache)
        , m_observer(request.observer) {
        m_result.stopReason = "interrupted";
    }

    // False if it was cancelled.
    Expected<bool> readPrompt(std::string_view prompt, const std::stop_token& stop) {
        const Stopwatch watch;
        const auto read = m_generation.readPrompt(prompt, m_observer.sink, stop);
        m_result.promptSeconds = watch.seconds();
        m_result.promptTokens = m_generation.promptTokens().size();
        if (!read && read.error().code != ErrorCode::Cancelled)
            return tl::unexpected<Error>(read.error());
        if (read && m_observer.promptRead)
            m_observer.promptRead(m_generation);
        return read.has_value();
    }

    Expected<void> step() {
        auto token = m_generation.next(m_observer.sink);
        if (!token)
            return tl::unexpected<Error>(std::move(token.error()));
        m_result.text += token->text;
        m_result.tokens.push_back(token->token);
        m_result.probabilities.push_back(token->probability);
        if (m_observer.generated)
            m_observer.generated(*token);
        if (token->stop != StopReason::None) {
            m_result.stopReason = name(token->stop);
            m_hasEnded = true;
        }
        return {};
    }

    [[nodiscard]] bool hasEnded() const { return m_hasEnded; }
    [[nodiscard]] Generation& generation() { return m_generation; }
    [[nodiscard]] GateSink* sink() const { return m_observer.sink; }
    [[nodiscard]] Continuation& result() { return m_result; }

private:
    Generation m_generation;
    const ContinuationObserver& m_observer;
    Continuation m_result;
    bool m_hasEnded = false;
};

Expected<void> readTogether(std::list<Run>& runs) {
    std::vector<Generation*> generations;
    std::vector<GateSink*> sinks;
    for (Run& run : runs)
        if (!run.hasEnded()) {
            generations.push_back(&run.generation());
            sinks.push_back(run.sink());
        }
    return Generation::readTogether(generations, sinks);
}

} // namespace

Expected<std::vector<Continuation>> continueTexts(Session& session, const Tokenizer& tokenizer,
                                                  std::span<const ContinuationRequest> requests,
                                                  std::string_view prompt, std::stop_token stop) {
    StateCache cache; // so that alternatives read their prompt once
    std::list<Run> runs;
    for (const ContinuationRequest& request : requests) {
        // Whoever wants the gates of the prompt has to read it.
        const bool isAlike =
            request.settings.wearsEnhancement == requests.front().settings.wearsEnhancement &&
            request.observer.sink == nullptr;
        runs.emplace_back(session, tokenizer, request, requests.size() > 1 && isAlike ? &cache : nullptr);
    }
    bool isWriting = true;
    for (Run& run : runs) {
        const auto read = isWriting ? run.readPrompt(prompt, stop) : Expected<bool>(false);
        if (!read)
            return tl::unexpected<Error>(read.error());
        isWriting = *read;
    }
    const Stopwatch watch;
    while (isWriting && !stop.stop_requested()) {
        if (auto read = readTogether(runs); !read)
            return tl::unexpected<Error>(std::move(read.error()));
        isWriting = false;
        for (Run& run : runs) {
            if (run.hasEnded())
                continue;
            if (auto stepped = run.step(); !stepped)
                return tl::unexpected<Error>(std::move(stepped.error()));
            run.result().seconds = watch.seconds();
            isWriting = true;
        }
    }
    std::vector<Continuation> results;
    for (Run& run : runs)
        results.push_back(std::move(run.result()));
    return results;
}

} // namespace engine
