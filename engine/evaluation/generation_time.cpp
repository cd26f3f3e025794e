#include "engine/evaluation/generation_time.h"

#include "engine/core/stopwatch.h"
#include "engine/runtime/generation.h"

#include <cassert>
#include <vector>

namespace engine {

namespace {

// Of one model, a value for each prompt.
struct PromptTimes {
    std::vector<double> forward, generation, lengths;
};

Expected<void> timePrompt(const TimedModel& model, const std::string& prompt,
                          const GenerationTimeOptions& options, PromptTimes& times) {
    GenerationSettings settings;
    settings.sampler.temperature = 0;
    settings.maxTokens = options.generatedTokens;
    settings.stopAtDocumentEnd = false;
    const auto tokens = Generation::encodePrompt(*model.tokenizer, prompt);
    if (!tokens)
        return failure(tokens.error());
    Generation generation(*model.session, *model.tokenizer, settings);
    Stopwatch watch;
    if (auto read = generation.readPrompt(*tokens, nullptr, options.stop); !read)
        return read;
    times.forward.push_back(watch.seconds());
    watch.restart();
    for (int i = 0; i < options.generatedTokens; ++i) {
        if (options.stop.stop_requested())
            return failure(ErrorCode::Cancelled, "stopped while the time was measured");
        if (auto token = generation.next(); !token)
            return failure(std::move(token.error()));
    }
    times.generation.push_back(watch.seconds());
    times.lengths.push_back(static_cast<double>(tokens->size()));
    return {};
}

Estimate ratio(const std::vector<double>& times, const std::vector<double>& first,
               const BootstrapSettings& settings) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < times.size(); ++i)
        ratios.push_back(times[i] / first[i]);
    return bootstrapMedian(ratios, settings);
}

} // namespace

Expected<std::vector<GenerationTimes>> measureGenerationTimes(std::span<const TimedModel> models,
                                                              std::span<const std::string> prompts,
                                                              const GenerationTimeOptions& options) {
    assert(!models.empty() && !prompts.empty());
    std::vector<PromptTimes> measured(models.size());
    PromptTimes untimed;
    for (const TimedModel& model : models) {
        if (const auto warm = timePrompt(model, prompts.front(), options, untimed); !warm)
            return failure(warm.error());
    }
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        for (std::size_t model = 0; model < models.size(); ++model) {
            if (const auto timed = timePrompt(models[model], prompts[i], options, measured[model]); !timed)
                return failure(timed.error());
        }
        if (options.progress)
            options.progress(i + 1);
    }
    std::vector<GenerationTimes> result;
    for (const PromptTimes& times : measured) {
        GenerationTimes& one = result.emplace_back();
        one.forwardSeconds = bootstrapMedian(times.forward, options.bootstrap);
        one.generationSeconds = bootstrapMedian(times.generation, options.bootstrap);
        one.forwardRatio = ratio(times.forward, measured.front().forward, options.bootstrap);
        one.generationRatio = ratio(times.generation, measured.front().generation, options.bootstrap);
        one.promptTokens = bootstrapMedian(times.lengths, options.bootstrap).value;
        one.generatedTokens = options.generatedTokens;
        one.prompts = prompts.size();
    }
    return result;
}

} // namespace engine
