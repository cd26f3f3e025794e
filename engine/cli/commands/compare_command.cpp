// compare_command.cpp: `inkgate-cli compare` continues one text with the base model and with its enhancement.
#include "engine/cli/commands/commands.h"
#include "engine/cli/commands/continued_text.h"
#include "engine/cli/options/generation_options.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/session_option.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/progress_line.h"

#include <algorithm>
#include <iostream>
#include <optional>

namespace engine {

namespace {

struct CompareOptions {
    ModelOptions model;
    GenerationOptions generation;
};

const std::string kBase = "base";

struct Side {
    std::string name; // kBase, or the enhancement
    ContinuedText continuation;
};

// The gate to compare with if none is named: "gated", or the first one beside the model.
Expected<std::string> chooseGate(const std::string& model) {
    const std::vector<std::string> gates = gatesOf(model);
    if (gates.empty())
        return failure(ErrorCode::FileNotFound,
                       model + ": there is no gate beside this model to compare with; name one with --gate");
    return std::ranges::find(gates, "gated") != gates.end() ? std::string("gated") : gates.front();
}

// Continues the text with one model, as the sides that it is to be: one, or both if the gate is a file of its
// own and both sides share the base model's weights.
Expected<std::vector<Side>> runSides(const LoadedModel& loaded, std::vector<Side> sides,
                                     const GenerationSettings& settings, const std::string& prompt,
                                     const std::shared_ptr<ThreadPool>& pool, const CommandContext& context) {
    const auto tokenizer = loadTokenizerOf(loaded.files, *loaded.model);
    if (!tokenizer)
        return failure(tokenizer.error());
    const auto opened = openSession(context, loaded.model, pool);
    if (!opened)
        return failure(opened.error());
    ProgressLine progress;
    int tokens = 0;
    std::vector<TextRequest> requests;
    for (const Side& side : sides) {
        TextRequest& request = requests.emplace_back();
        request.settings = settings;
        request.settings.usesEnhancement = side.name != kBase;
        request.generated = [&](const GeneratedToken&) {
            progress.show(sides.front().name + (sides.size() > 1 ? " and " + sides.back().name : "") + ": " +
                          std::to_string(++tokens) + " tokens");
        };
    }
    auto results = continueTexts(*opened->session, **tokenizer, requests, prompt, context.stop);
    if (!results)
        return failure(std::move(results.error()));
    for (std::size_t i = 0; i < sides.size(); ++i)
        sides[i].continuation = std::move((*results)[i]);
    return sides;
}

// Base and gated.
Expected<std::vector<Side>> runBoth(const ModelOptions& baseOptions, const ModelOptions& gatedOptions,
                                    const GenerationSettings& settings, const std::string& prompt,
                                    const CommandContext& context) {
    const auto pool = context.makePool();
    std::vector<Side> sides;
    {
        // One model in memory at a time; the gated one first, so that a wrong gate fails before anything is
        // computed.
        const auto loaded = loadModel(gatedOptions);
        if (!loaded)
            return failure(loaded.error());
        const Side gated{describe(loaded->model->config().enhancement), {}};
        if (loaded->model->base())
            return runSides(*loaded, {{kBase, {}}, gated}, settings, prompt, pool, context);
        auto done = runSides(*loaded, {gated}, settings, prompt, pool, context);
        if (!done)
            return done;
        sides = std::move(*done);
    }
    const auto loaded = loadModel(baseOptions);
    if (!loaded)
        return failure(loaded.error());
    auto base = runSides(*loaded, {{kBase, {}}}, settings, prompt, pool, context);
    if (!base)
        return base;
    sides.insert(sides.begin(), std::move(base->front()));
    return sides;
}

// The byte where two texts part, at the start of a character; nothing if they are equal.
std::optional<std::size_t> firstDifference(const std::string& a, const std::string& b) {
    const auto [inA, inB] = std::ranges::mismatch(a, b);
    if (inA == a.end() && inB == b.end())
        return std::nullopt;
    auto offset = static_cast<std::size_t>(inA - a.begin());
    const auto isContinuation = [](const std::string& text, std::size_t at) {
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
    };
    while (offset > 0 && (isContinuation(a, offset) || isContinuation(b, offset)))
        --offset;
    return offset;
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Json toJson(const Side& side) {
    const ContinuedText& continuation = side.continuation;
    return {{"name", side.name},
            {"text", continuation.text},
            {"tokens", continuation.tokens.size()},
            {"seconds", continuation.seconds},
            {"tokens_per_second", continuation.tokensPerSecond()},
            {"stop_reason", continuation.stopReason},
            {"token_ids", continuation.tokens}};
}

void print(const Side& side, std::optional<std::size_t> difference) {
    std::cout << "=== " << side.name << ", " << side.continuation.tokens.size() << " tokens, "
              << static_cast<long>(side.continuation.tokensPerSecond()) << " per second\n";
    const std::string& text = side.continuation.text;
    if (difference)
        std::cout << text.substr(0, *difference) << "[>]" << text.substr(*difference);
    else
        std::cout << text;
    std::cout << "\n\n";
}

Expected<void> compare(const CompareOptions& options, const GenerationSettings& settings,
                       const CommandContext& context) {
    const auto prompt = promptOf(options.generation);
    if (!prompt)
        return failure(prompt.error());
    if (!context.json)
        tellRandomSeed(options.generation.seed);
    ModelOptions baseOptions = options.model, gatedOptions = options.model;
    baseOptions.gate = "none";
    if (gatedOptions.gate.empty()) {
        auto gate = chooseGate(options.model.model);
        if (!gate)
            return failure(std::move(gate.error()));
        gatedOptions.gate = std::move(*gate);
    }
    const auto sides = runBoth(baseOptions, gatedOptions, settings, *prompt, context);
    if (!sides)
        return failure(sides.error());
    const Side &base = sides->front(), &gated = sides->back();
    const auto difference = firstDifference(base.continuation.text, gated.continuation.text);
    if (context.json) {
        Json document{{"model", options.model.model},  {"gate", gatedOptions.gate},
                      {"seed", settings.sampler.seed}, {"base", toJson(base)},
                      {"gated", toJson(gated)},        {"first_difference", nullptr}};
        if (difference)
            document["first_difference"] =
                characters(std::string_view(base.continuation.text).substr(0, *difference));
        printJson(document);
        return {};
    }
    print(base, difference);
    print(gated, difference);
    if (!difference)
        std::cout << "Both texts are the same.\n";
    else
        std::cout << "They part at [>], after "
                  << characters(std::string_view(base.continuation.text).substr(0, *difference))
                  << " characters.\n";
    return {};
}

} // namespace

void addCompareCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<CompareOptions>();
    options->model.gate.clear();
    CLI::App* command = addSubcommand(app, context, "compare",
                                      "Continue a text with the base model and with its enhancement");
    addModelOption(*command, options->model);
    addGateOption(*command, options->model);
    addTokenizerOption(*command, options->model);
    addTypeOption(*command, options->model);
    addSparseAttentionOptions(*command, options->model);
    addGenerationOptions(*command, options->generation);
    command->callback([options, &context] {
        context.action = [options, &context, settings = settingsOf(options->generation)] {
            return compare(*options, settings, context);
        };
    });
}

} // namespace engine
