// generate_command.cpp: `inkgate-cli generate` streams a continuation of a text.
#include "engine/cli/commands.h"
#include "engine/cli/continuation.h"
#include "engine/cli/generation_options.h"
#include "engine/cli/generation_trace.h"
#include "engine/cli/json_output.h"
#include "engine/cli/model_options.h"
#include "engine/runtime/session.h"

#include <iostream>

namespace engine {

namespace {

struct GenerateOptions {
    ModelOptions model;
    GenerationOptions generation;
    std::string trace;
};

Expected<void> generate(const GenerateOptions& options, const GenerationSettings& settings,
                        const CommandContext& context) {
    const auto prompt = promptOf(options.generation);
    if (!prompt)
        return tl::unexpected<Error>(prompt.error());
    const auto loaded = loadModel(options.model);
    if (!loaded)
        return tl::unexpected<Error>(loaded.error());
    const auto tokenizer = loadTokenizerOf(loaded->files, *loaded->model);
    if (!tokenizer)
        return tl::unexpected<Error>(tokenizer.error());
    std::unique_ptr<GenerationTrace> trace;
    if (!options.trace.empty()) {
        auto started = GenerationTrace::start(options.trace, *loaded, **tokenizer, settings);
        if (!started)
            return tl::unexpected<Error>(std::move(started.error()));
        trace = std::move(*started);
    }

    Session session(loaded->model, context.makePool());
    ContinuationObserver observer;
    if (trace) {
        observer.sink = &trace->sink();
        observer.promptRead = [&](const Generation& generation) { trace->addPrompt(generation); };
    }
    bool endsLine = true;
    observer.generated = [&](const GeneratedToken& token) {
        if (trace)
            trace->addGenerated(token);
        if (context.json || token.text.empty())
            return;
        std::cout << token.text << std::flush;
        endsLine = token.text.back() == '\n';
    };
    const auto result = continueText(session, **tokenizer, settings, *prompt, observer, context.stop);
    if (!context.json && !endsLine)
        std::cout << '\n' << std::flush;
    if (!result)
        return tl::unexpected<Error>(result.error());
    Json document{{"text", result->text},
                  {"tokens", result->tokens.size()},
                  {"seconds", result->seconds},
                  {"tokens_per_second", result->tokensPerSecond()},
                  {"prompt_tokens", result->promptTokens},
                  {"prompt_seconds", result->promptSeconds},
                  {"load_seconds", loaded->loadSeconds},
                  {"stop_reason", result->stopReason},
                  {"model", loaded->files.name},
                  {"enhancement", describe(loaded->model->config().enhancement)},
                  {"seed", settings.sampler.seed},
                  {"token_ids", result->tokens}};
    if (trace) {
        const auto run = trace->finish();
        if (!run)
            return tl::unexpected<Error>(run.error());
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
    addGenerationOptions(*command, options->generation);
    command->add_option("--trace", options->trace, "Write tokens and gates to this SQLite file");
    command->callback([options, &context] {
        context.action = [options, &context, settings = settingsOf(options->generation)] {
            return generate(*options, settings, context);
        };
    });
}

} // namespace engine
