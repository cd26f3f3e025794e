#include "engine/cli/commands/evaluate/model_evaluation.h"

#include "engine/cli/commands/continued_text.h"
#include "engine/cli/options/session_option.h"
#include "engine/cli/output/progress_line.h"
#include "engine/core/stopwatch.h"

#include <algorithm>
#include <cstdio>

namespace engine {

namespace {

// One loaded model at work.
struct Workplace {
    std::string label;
    Session& session;
    const Tokenizer& tokenizer;
    ThreadPool& pool;
    const CommandContext& context;
    const EvaluateOptions& options;
};

std::string progressText(const std::string& label, const char* what, double share, double seconds) {
    char text[80];
    std::snprintf(text, sizeof text, ": %s, %.1f %%, %.0f s left", what, 100 * share,
                  share > 0 ? seconds * (1 - share) / share : 0.0);
    return label + text;
}

Expected<PerplexityReport> perplexityOf(const Workplace& place, const std::string& text) {
    ProgressLine line;
    const Stopwatch watch;
    PerplexityOptions settings;
    settings.stop = place.context.stop;
    settings.progress = [&](const PerplexityProgress& progress) {
        const double share =
            static_cast<double>(progress.bytesDone) / static_cast<double>(progress.bytesTotal);
        char soFar[60];
        std::snprintf(soFar, sizeof soFar, ", %.4f bits per byte so far", progress.bitsPerByte);
        line.show(progressText(place.label, "text", share, watch.seconds()) + soFar);
    };
    return measurePerplexity(place.session, place.tokenizer, place.pool, text, settings);
}

Expected<GatesByClass> gatesOn(const Workplace& place, const std::string& text) {
    ProgressLine line;
    const Stopwatch watch;
    GatesByClassOptions settings;
    settings.bootstrap = place.options.bootstrap;
    settings.stop = place.context.stop;
    settings.progress = [&](std::int64_t done, std::int64_t total) {
        const double share = static_cast<double>(done) / static_cast<double>(total);
        line.show(progressText(place.label, "gates", share, watch.seconds()));
    };
    return measureGatesByClass(place.session, place.tokenizer, text, settings);
}

Expected<GenerationTimes> timesOf(const Workplace& place, const std::vector<Prompt>& prompts) {
    std::vector<std::string> timed;
    for (std::size_t i = 0; i < std::min(place.options.timePrompts, prompts.size()); ++i)
        timed.push_back(prompts[i].text);
    ProgressLine line;
    const Stopwatch watch;
    GenerationTimeOptions settings;
    settings.generatedTokens = place.options.timeTokens;
    settings.bootstrap = place.options.bootstrap;
    settings.stop = place.context.stop;
    settings.progress = [&](std::size_t done) {
        const double share = static_cast<double>(done) / static_cast<double>(timed.size());
        line.show(progressText(place.label, "times", share, watch.seconds()));
    };
    return measureGenerationTimes(place.session, place.tokenizer, timed, settings);
}

struct Continuations {
    std::vector<std::string> greedy, sampled; // [prompt]
};

Expected<Continuations> continuePrompts(const Workplace& place, const EvaluatedTexts& texts) {
    ProgressLine line;
    const Stopwatch watch;
    // Always the same number of tokens: short texts would score otherwise for being short.
    std::vector<TextRequest> requests(2);
    for (TextRequest& request : requests) {
        request.settings.maxTokens = place.options.continuationTokens;
        request.settings.stopAtDocumentEnd = false;
    }
    SamplerSettings& greedy = requests[0].settings.sampler;
    greedy.temperature = 0;
    greedy.bannedTokens = texts.sampler.bannedTokens;
    Continuations made;
    for (std::size_t i = 0; i < texts.prompts.size(); ++i) {
        requests[1].settings.sampler = texts.sampler;
        requests[1].settings.sampler.seed += i;
        auto both = continueTexts(place.session, place.tokenizer, requests, texts.prompts[i].text,
                                  place.context.stop);
        if (!both)
            return failure(std::move(both.error()), "prompt " + texts.prompts[i].id);
        if (place.context.stop.stop_requested())
            return failure(ErrorCode::Cancelled, "stopped before the last prompt was continued");
        made.greedy.push_back(std::move(both->front().text));
        made.sampled.push_back(std::move(both->back().text));
        const double share = static_cast<double>(i + 1) / static_cast<double>(texts.prompts.size());
        line.show(progressText(place.label, "continuations", share, watch.seconds()));
    }
    return made;
}

Expected<void> write(const Workplace& place, const std::vector<Prompt>& prompts, const char* decoding,
                     const std::vector<std::string>& continuations, const ContinuationWriter& written) {
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        if (auto done = written({place.label, decoding, prompts[i].id, prompts[i].text, prompts[i].reference,
                                 continuations[i]});
            !done)
            return done;
    }
    return {};
}

Expected<void> measureGeneration(const Workplace& place, const EvaluatedTexts& texts,
                                 const ContinuationWriter& written, ModelFigures& figures) {
    if (place.options.timePrompts > 0) {
        auto times = timesOf(place, texts.prompts);
        if (!times)
            return failure(std::move(times.error()));
        figures.times = *times;
    }
    const auto made = continuePrompts(place, texts);
    if (!made)
        return failure(made.error());
    if (auto done = write(place, texts.prompts, "greedy", made->greedy, written); !done)
        return done;
    if (auto done = write(place, texts.prompts, "sampled", made->sampled, written); !done)
        return done;
    std::vector<std::string> references;
    for (const Prompt& prompt : texts.prompts)
        references.push_back(prompt.reference);
    figures.greedy = scoreGenerations(made->greedy, references, place.options.bootstrap);
    figures.sampled = scoreGenerations(made->sampled, references, place.options.bootstrap);
    return {};
}

bool hasReadableGates(const EnhancementConfig& enhancement) {
    return enhancement.variant != EnhancementConfig::Variant::None &&
           enhancement.gate == EnhancementConfig::Gate::Learned;
}

Expected<void> measure(const Workplace& place, const EvaluatedTexts& texts, const ContinuationWriter& written,
                       ModelFigures& figures) {
    if (texts.text) {
        auto perplexity = perplexityOf(place, *texts.text);
        if (!perplexity)
            return failure(std::move(perplexity.error()), texts.textPath);
        figures.perplexity = *perplexity;
    }
    if (texts.readsGates && hasReadableGates(place.session.model().config().enhancement)) {
        auto gates = gatesOn(place, *texts.text);
        if (!gates)
            return failure(std::move(gates.error()), texts.textPath);
        figures.gates = std::move(*gates);
    }
    if (!texts.prompts.empty())
        return measureGeneration(place, texts, written, figures);
    return {};
}

} // namespace

Expected<ModelFigures> evaluateModel(const ModelChoice& choice, const EvaluatedTexts& texts,
                                     const EvaluateOptions& options, const CommandContext& context,
                                     const ContinuationWriter& written) {
    const auto loaded = loadModel(options.modelOptions(choice));
    if (!loaded)
        return failure(loaded.error());
    const auto tokenizer = loadTokenizerOf(loaded->files, *loaded->model);
    if (!tokenizer)
        return failure(tokenizer.error());
    const auto pool = context.makePool();
    const auto opened = openSession(context, loaded->model, pool);
    if (!opened)
        return failure(opened.error());

    ModelFigures figures;
    figures.label = choice.label();
    figures.name = loaded->files.name;
    figures.enhancement = describe(loaded->model->config().enhancement);
    const Workplace place{figures.label, *opened->session, **tokenizer, *pool, context, options};
    if (auto done = measure(place, texts, written, figures); !done)
        return failure(std::move(done.error()), figures.label);
    return figures;
}

Expected<bool> hasGates(const ModelOptions& options) {
    const auto files = findModelFiles(options.model, options.gate, options.tokenizer);
    if (!files)
        return failure(files.error());
    const auto checkpoint = Checkpoint::open(files->gate ? *files->gate : files->base);
    if (!checkpoint)
        return failure(checkpoint.error());
    const auto config = ModelConfig::detect(*checkpoint);
    // A gate file alone is no model to detect, but a gate it is; loading will say more.
    return files->gate ? !config || hasReadableGates(config->enhancement)
                       : config && hasReadableGates(config->enhancement);
}

} // namespace engine
