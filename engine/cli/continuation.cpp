#include "engine/cli/continuation.h"

#include "engine/cli/stopwatch.h"

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

Expected<Continuation> continueText(Session& session, const Tokenizer& tokenizer,
                                    const GenerationSettings& settings, std::string_view prompt,
                                    const ContinuationObserver& observer, std::stop_token stop) {
    Generation generation(session, tokenizer, settings);
    Continuation result;
    result.stopReason = "interrupted";

    const Stopwatch promptWatch;
    const auto read = generation.readPrompt(prompt, observer.sink, stop);
    result.promptSeconds = promptWatch.seconds();
    result.promptTokens = generation.promptTokens().size();
    if (!read) {
        if (read.error().code == ErrorCode::Cancelled)
            return result;
        return tl::unexpected<Error>(read.error());
    }
    if (observer.promptRead)
        observer.promptRead(generation);

    const Stopwatch watch;
    while (!stop.stop_requested()) {
        auto token = generation.next(observer.sink);
        if (!token)
            return tl::unexpected<Error>(std::move(token.error()));
        result.text += token->text;
        result.tokens.push_back(token->token);
        result.probabilities.push_back(token->probability);
        if (observer.generated)
            observer.generated(*token);
        if (token->stop != StopReason::None) {
            result.stopReason = name(token->stop);
            break;
        }
    }
    result.seconds = watch.seconds();
    return result;
}

} // namespace engine
