// evaluate_command.cpp: `inkgate-cli evaluate` measures models: how well they predict a text, how near their
// continuations come to the author's, how long they take, and what their gates do.
#include "engine/cli/commands/commands.h"
#include "engine/cli/commands/evaluate/evaluate_options.h"
#include "engine/cli/commands/evaluate/figures_json.h"
#include "engine/cli/commands/evaluate/figures_table.h"
#include "engine/cli/commands/evaluate/model_evaluation.h"
#include "engine/cli/commands/evaluate/result_files.h"
#include "engine/cli/commands/evaluate/scored_continuations.h"
#include "engine/cli/options/generation_options.h"
#include "engine/cli/options/text_input.h"

#include <algorithm>
#include <iostream>

namespace engine {

namespace {

// Gates are read for whoever asks for them, and for a page, which plots them.
Expected<bool> readsGates(const EvaluateOptions& options, bool hasText) {
    const bool isAsked = options.readsGates || !options.gatesCsv.empty();
    if (!isAsked)
        return hasText && !options.html.empty();
    if (!hasText)
        return failure(ErrorCode::InvalidArgument,
                       "gates are read on a text: give --text FILE or --corpus FOLDER beside the prompts");
    return true;
}

Expected<EvaluatedTexts> readTexts(const EvaluateOptions& options) {
    EvaluatedTexts texts;
    texts.sampler = samplerOf(options.sampler, options.seed);
    const auto path = evaluatedText(options);
    if (!path)
        return failure(path.error());
    if (*path) {
        auto text = readText(**path, options.limitBytes);
        if (!text)
            return failure(std::move(text.error()));
        texts.text = std::move(*text);
        texts.textPath = (*path)->string();
    }
    if (!options.prompts.empty()) {
        auto prompts = readPrompts(options.prompts, options.limitPrompts);
        if (!prompts)
            return failure(std::move(prompts.error()));
        texts.prompts = std::move(*prompts);
    }
    const auto wantsGates = readsGates(options, texts.text.has_value());
    if (!wantsGates)
        return failure(wantsGates.error());
    texts.readsGates = *wantsGates;
    return texts;
}

// Gates that were asked for have to be there. Errors: InvalidArgument.
Expected<void> checkGates(const EvaluateOptions& options, const std::vector<OpenedModel>& models) {
    if ((!options.readsGates && options.gatesCsv.empty()) ||
        std::ranges::any_of(models, &OpenedModel::hasGates))
        return {};
    return failure(ErrorCode::InvalidArgument,
                   "there are no gates to read: name a model with a gate, with --gate NAME or as MODEL+GATE "
                   "in --models");
}

void print(const Evaluation& evaluation) {
    std::cout << inColumns(figuresTable(evaluation, evaluation.models.size() > 1));
    for (const ModelFigures& figures : evaluation.models) {
        if (figures.gates)
            std::cout << "\nGates of " << figures.label << ", by class of token\n"
                      << inColumns(gatesTable(*figures.gates));
    }
}

Expected<void> evaluate(const EvaluateOptions& options, const CommandContext& context) {
    if (!options.continuations.empty())
        return scoreContinuations(options, context);
    const auto texts = readTexts(options);
    if (!texts)
        return failure(texts.error());
    const auto pool = context.makePool();
    const auto models = openModels(options, pool, context);
    if (!models)
        return failure(models.error());
    if (auto checked = checkGates(options, *models); !checked)
        return checked;
    auto files = ResultFiles::open(options);
    if (!files)
        return failure(std::move(files.error()));
    if (!context.json && !texts->prompts.empty())
        tellRandomSeed(options.seed);

    Evaluation evaluation{texts->textPath,
                          options.prompts,
                          texts->prompts.size(),
                          options.continuationTokens,
                          texts->sampler,
                          options.bootstrap,
                          {}};
    std::vector<GenerationTimes> times;
    if (!texts->prompts.empty() && options.timePrompts > 0) {
        auto measured = measureTimes(*models, texts->prompts, options, context);
        if (!measured)
            return failure(std::move(measured.error()));
        times = std::move(*measured);
    }
    for (std::size_t i = 0; i < models->size(); ++i) {
        auto figures =
            evaluateModel((*models)[i], *texts, options, *pool, context,
                          [&](const ScoredContinuation& continuation) { return files->add(continuation); });
        if (!figures)
            return failure(std::move(figures.error()));
        if (!times.empty())
            figures->times = times[i];
        evaluation.models.push_back(std::move(*figures));
    }
    if (auto done = files->finish(evaluation); !done)
        return done;
    if (context.json)
        printJson(toJson(evaluation, !options.models.empty()));
    else
        print(evaluation);
    return {};
}

} // namespace

void addEvaluateCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command =
        addSubcommand(app, context, "evaluate",
                      "Measure models: text prediction, continuations, times, gates by token class");
    addEvaluateOptions(*command, *options);
    command->callback([options, &context] {
        checkEvaluateOptions(*options);
        context.action = [options, &context] { return evaluate(*options, context); };
    });
}

} // namespace engine
