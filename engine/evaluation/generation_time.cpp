#include "engine/evaluation/generation_time.h"

#include "engine/core/stopwatch.h"
#include "engine/runtime/generation.h"

#include <cassert>
#include <vector>

namespace engine {

namespace {

struct TimedPrompt {
    double forwardSeconds = 0;
    double generationSeconds = 0;
};

Expected<TimedPrompt> timePrompt(Session& session, const Tokenizer& tokenizer, const std::vector<int>& prompt,
                                 const GenerationTimeOptions& options) {
    GenerationSettings settings;
    settings.sampler.temperature = 0;
    settings.maxTokens = options.generatedTokens;
    settings.stopAtDocumentEnd = false;
    Generation generation(session, tokenizer, settings);
    TimedPrompt timed;
    Stopwatch watch;
    if (auto read = generation.readPrompt(prompt, nullptr, options.stop); !read)
        return failure(std::move(read.error()));
    timed.forwardSeconds = watch.seconds();
    watch.restart();
    for (int i = 0; i < options.generatedTokens; ++i) {
        if (options.stop.stop_requested())
            return failure(ErrorCode::Cancelled, "stopped while the time was measured");
        if (auto token = generation.next(); !token)
            return failure(std::move(token.error()));
    }
    timed.generationSeconds = watch.seconds();
    return timed;
}

} // namespace

Expected<GenerationTimes> measureGenerationTimes(Session& session, const Tokenizer& tokenizer,
                                                 std::span<const std::string> prompts,
                                                 const GenerationTimeOptions& options) {
    assert(!prompts.empty());
    std::vector<double> forward, generation, lengths;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto tokens = Generation::encodePrompt(tokenizer, prompts[i]);
        if (!tokens)
            return failure(tokens.error());
        if (i == 0) {
            if (const auto warm = timePrompt(session, tokenizer, *tokens, options); !warm)
                return failure(warm.error());
        }
        const auto timed = timePrompt(session, tokenizer, *tokens, options);
        if (!timed)
            return failure(timed.error());
        forward.push_back(timed->forwardSeconds);
        generation.push_back(timed->generationSeconds);
        lengths.push_back(static_cast<double>(tokens->size()));
        if (options.progress)
            options.progress(i + 1);
    }
    GenerationTimes times;
    times.forwardSeconds = bootstrapMedian(forward, options.bootstrap);
    times.generationSeconds = bootstrapMedian(generation, options.bootstrap);
    times.promptTokens = bootstrapMedian(lengths, options.bootstrap).value;
    times.generatedTokens = options.generatedTokens;
    times.prompts = prompts.size();
    return times;
}

} // namespace engine
