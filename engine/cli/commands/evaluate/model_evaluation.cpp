#include "engine/cli/commands/evaluate/model_evaluation.h"

#include "engine/cli/commands/continued_text.h"
#include "engine/cli/output/progress_line.h"
#include "engine/core/stopwatch.h"

#include <algorithm>
#include <cstdio>
#include <map>

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

Expected<void> measure(const Workplace& place, const EvaluatedTexts& texts, bool readsGates,
                       const ContinuationWriter& written, ModelFigures& figures) {
    if (texts.text) {
        auto perplexity = perplexityOf(place, *texts.text);
        if (!perplexity)
            return failure(std::move(perplexity.error()), texts.textPath);
        figures.perplexity = *perplexity;
    }
    if (readsGates) {
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

bool OpenedModel::hasGates() const {
    const EnhancementConfig& enhancement = loaded.model->config().enhancement;
    return enhancement.variant != EnhancementConfig::Variant::None &&
           enhancement.gate == EnhancementConfig::Gate::Learned;
}

Expected<std::vector<OpenedModel>> openModels(const EvaluateOptions& options,
                                              const std::shared_ptr<ThreadPool>& pool,
                                              const CommandContext& context) {
    std::vector<OpenedModel> models;
    std::map<std::string, std::shared_ptr<const Model>> bases; // by name
    for (const ModelChoice& choice : options.choices()) {
        const auto base = bases.find(choice.model);
        auto loaded =
            loadModel(options.modelOptions(choice), true, base != bases.end() ? base->second : nullptr);
        if (!loaded)
            return failure(std::move(loaded.error()));
        if (choice.gate == "none")
            bases.emplace(choice.model, loaded->model);
        auto tokenizer = loadTokenizerOf(loaded->files, *loaded->model);
        if (!tokenizer)
            return failure(std::move(tokenizer.error()));
        auto opened = openSession(context, loaded->model, pool);
        if (!opened)
            return failure(std::move(opened.error()));
        models.push_back({choice.label(), std::move(*loaded), std::move(*tokenizer), std::move(*opened)});
    }
    return models;
}

Expected<std::vector<GenerationTimes>> measureTimes(const std::vector<OpenedModel>& models,
                                                    const std::vector<Prompt>& prompts,
                                                    const EvaluateOptions& options,
                                                    const CommandContext& context) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < std::min(options.timePrompts, prompts.size()); ++i)
        texts.push_back(prompts[i].text);
    std::vector<TimedModel> timed;
    for (const OpenedModel& model : models)
        timed.push_back({model.opened.session.get(), model.tokenizer.get()});
    ProgressLine line;
    const Stopwatch watch;
    GenerationTimeOptions settings;
    settings.generatedTokens = options.timeTokens;
    settings.bootstrap = options.bootstrap;
    settings.stop = context.stop;
    settings.progress = [&](std::size_t done) {
        const double share = static_cast<double>(done) / static_cast<double>(texts.size());
        line.show(progressText(models.size() > 1 ? "all models" : models.front().label, "times", share,
                               watch.seconds()));
    };
    return measureGenerationTimes(timed, texts, settings);
}

Expected<ModelFigures> evaluateModel(const OpenedModel& model, const EvaluatedTexts& texts,
                                     const EvaluateOptions& options, ThreadPool& pool,
                                     const CommandContext& context, const ContinuationWriter& written) {
    ModelFigures figures;
    figures.label = model.label;
    figures.name = model.loaded.files.name;
    figures.enhancement = describe(model.loaded.model->config().enhancement);
    const Workplace place{model.label, *model.opened.session, *model.tokenizer, pool, context, options};
    if (auto done = measure(place, texts, texts.readsGates && model.hasGates(), written, figures); !done)
        return failure(std::move(done.error()), figures.label);
    return figures;
}

} // namespace engine
