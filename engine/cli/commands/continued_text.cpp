#include "engine/cli/commands/continued_text.h"

#include "engine/runtime/state/state_cache.h"

#include <list>
#include <utility>

namespace engine {

namespace {

const char* name(StopReason reason) {
    switch (reason) {
    case StopReason::None: return "interrupted";
    case StopReason::MaxTokens: return "max-tokens";
    case StopReason::StopString: return "stop-string";
    case StopReason::DocumentEnd: return "document-end";
    case StopReason::StopToken: return "stop-token";
    case StopReason::SentenceEnd: return "sentence-end";
    case StopReason::ParagraphEnd: return "paragraph-end";
    }
    return "";
}

class TextCollector final : public ContinuationObserver {
public:
    TextCollector(Session& session, const Tokenizer& tokenizer, const TextRequest& request, StateCache* cache)
        : m_request(request)
        , m_continuation(session, tokenizer, request.settings, cache, *this) {}

    GateSink* sink() override { return m_request.sink; }
    void promptRead(const Generation& generation) override {
        if (m_request.promptRead)
            m_request.promptRead(generation);
    }
    void generated(const GeneratedToken& token) override {
        m_result.text += token.text;
        m_result.tokens.push_back(token.token);
        m_result.probabilities.push_back(token.probability);
        if (m_request.generated)
            m_request.generated(token);
    }

    [[nodiscard]] Continuation& continuation() { return m_continuation; }
    [[nodiscard]] ContinuedText takeResult() {
        m_result.stopReason = name(m_continuation.stopReason());
        m_result.promptTokens = m_continuation.generation().promptTokens().size();
        m_result.promptSeconds = m_continuation.promptSeconds();
        m_result.seconds = m_continuation.writingSeconds();
        return std::move(m_result);
    }

private:
    const TextRequest& m_request;
    ContinuedText m_result;
    Continuation m_continuation;
};

} // namespace

double ContinuedText::tokensPerSecond() const {
    return seconds > 0 ? static_cast<double>(tokens.size()) / seconds : 0;
}

Expected<std::vector<ContinuedText>> continueTexts(Session& session, const Tokenizer& tokenizer,
                                                   std::span<const TextRequest> requests,
                                                   std::string_view prompt, std::stop_token stop) {
    StateCache cache; // so that alternatives read their prompt once
    std::list<TextCollector> collectors;
    std::vector<Continuation*> continuations;
    for (const TextRequest& request : requests) {
        // Whoever wants the gates of the prompt has to read it.
        const bool isAlike = request.settings.usesEnhancement == requests.front().settings.usesEnhancement &&
                             request.sink == nullptr;
        StateCache* const shared = requests.size() > 1 && isAlike ? &cache : nullptr;
        continuations.push_back(&collectors.emplace_back(session, tokenizer, request, shared).continuation());
    }
    if (const auto done = continueTogether(continuations, prompt, std::move(stop));
        !done && done.error().code != ErrorCode::Cancelled)
        return failure(done.error());
    std::vector<ContinuedText> results;
    for (TextCollector& collector : collectors)
        results.push_back(collector.takeResult());
    return results;
}

} // namespace engine
