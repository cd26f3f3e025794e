// generate_command.cpp: `inkgate-cli generate` streams a continuation of a text.
#include "engine/cli/commands/commands.h"
#include "engine/cli/commands/continued_text.h"
#include "engine/cli/commands/generation_trace.h"
#include "engine/cli/options/generation_options.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/session_option.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/progress_line.h"

#include <iostream>

namespace engine {

namespace {

struct GenerateOptions {
    ModelOptions model;
    GenerationOptions generation;
    std::string trace;
    int alternatives = 1;
};

Json toJson(const ContinuedText& result) {
    return {{"text", result.text},
            {"tokens", result.tokens.size()},
            {"seconds", result.seconds},
            {"tokens_per_second", result.tokensPerSecond()},
            {"stop_reason", result.stopReason},
            {"token_ids", result.tokens}};
}

// Several continuations of one prompt, each with the seed after the last one's.
Expected<void> generateAlternatives(const GenerateOptions& options, const LoadedModel& loaded,
                                    const Tokenizer& tokenizer, const GenerationSettings& settings,
                                    const std::string& prompt, const CommandContext& context) {
    const auto opened = openSession(context, loaded.model);
    if (!opened)
        return failure(opened.error());
    ProgressLine progress;
    int tokens = 0;
    std::vector<TextRequest> requests(static_cast<std::size_t>(options.alternatives));
    for (std::size_t i = 0; i < requests.size(); ++i) {
        requests[i].settings = settings;
        requests[i].settings.sampler.seed += i;
        requests[i].generated = [&](const GeneratedToken&) {
            progress.show(std::to_string(++tokens) + " tokens of " + std::to_string(options.alternatives) +
                          " continuations");
        };
    }
    const auto results = continueTexts(*opened->session, tokenizer, requests, prompt, context.stop);
    if (!results)
        return failure(results.error());
    Json alternatives = Json::array();
    for (std::size_t i = 0; i < results->size(); ++i) {
        const std::uint64_t seed = requests[i].settings.sampler.seed;
        Json alternative = toJson((*results)[i]);
        alternative["seed"] = seed;
        alternatives.push_back(std::move(alternative));
        if (!context.json)
            std::cout << "=== seed " << seed << '\n' << (*results)[i].text << "\n\n";
    }
    if (context.json)
        printJson({{"model", loaded.files.name},
                   {"enhancement", describe(loaded.model->config().enhancement)},
                   {"prompt_tokens", results->front().promptTokens},
                   {"load_seconds", loaded.loadSeconds},
                   {"alternatives", alternatives}});
    return {};
}

Expected<void> generate(const GenerateOptions& options, const GenerationSettings& settings,
                        const CommandContext& context) {
    const auto prompt = promptOf(options.generation);
    if (!prompt)
        return failure(prompt.error());
    if (!context.json && options.alternatives == 1) // else the result has it
        tellRandomSeed(options.generation.seed);
    const auto loaded = loadModel(options.model);
    if (!loaded)
        return failure(loaded.error());
    const auto tokenizer = loadTokenizerOf(loaded->files, *loaded->model);
    if (!tokenizer)
        return failure(tokenizer.error());
    if (options.alternatives > 1)
        return generateAlternatives(options, *loaded, **tokenizer, settings, *prompt, context);
    std::unique_ptr<GenerationTrace> trace;
    if (!options.trace.empty()) {
        auto started = GenerationTrace::start(options.trace, *loaded, **tokenizer, settings);
        if (!started)
            return failure(std::move(started.error()));
        trace = std::move(*started);
    }

    const auto opened = openSession(context, loaded->model);
    if (!opened)
        return failure(opened.error());
    TextRequest request;
    request.settings = settings;
    if (trace) {
        request.sink = &trace->sink();
        request.promptRead = [&](const Generation& generation) { trace->addPrompt(generation); };
    }
    bool endsLine = true;
    request.generated = [&](const GeneratedToken& token) {
        if (trace)
            trace->addGenerated(token);
        if (context.json || token.text.empty())
            return;
        std::cout << token.text << std::flush;
        endsLine = token.text.back() == '\n';
    };
    const auto results = continueTexts(*opened->session, **tokenizer, {&request, 1}, *prompt, context.stop);
    if (!context.json && !endsLine)
        std::cout << '\n' << std::flush;
    if (!results)
        return failure(results.error());
    const ContinuedText& result = results->front();
    Json document = toJson(result);
    document.update({{"prompt_tokens", result.promptTokens},
                     {"prompt_seconds", result.promptSeconds},
                     {"load_seconds", loaded->loadSeconds},
                     {"model", loaded->files.name},
                     {"enhancement", describe(loaded->model->config().enhancement)},
                     {"seed", settings.sampler.seed}});
    if (trace) {
        const auto run = trace->finish();
        if (!run)
            return failure(run.error());
        document["trace_run"] = *run;
    }
    if (context.json)
        printJson(document);
    return {};
}

} // namespace

void addGenerateCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<GenerateOptions>();
    CLI::App* command = addSubcommand(app, context, "generate", "Stream a continuation of a text");
    addModelOption(*command, options->model);
    addGateOption(*command, options->model);
    addTokenizerOption(*command, options->model);
    addTypeOption(*command, options->model);
    addSparseAttentionOptions(*command, options->model);
    addGenerationOptions(*command, options->generation);
    CLI::Option* trace = command->add_option("--trace", options->trace,
                                             "Write tokens, gates and chosen chunks to this SQLite file");
    command
        ->add_option("--alternatives", options->alternatives,
                     "So many continuations at once, with the seeds from --seed on")
        ->check(CLI::Range(1, 64))
        ->excludes(trace)
        ->capture_default_str();
    command->callback([options, &context] {
        context.action = [options, &context, settings = settingsOf(options->generation)] {
            return generate(*options, settings, context);
        };
    });
}

} // namespace engine
