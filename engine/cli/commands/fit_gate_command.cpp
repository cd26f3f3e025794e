// fit_gate_command.cpp: `inkgate-cli fit-gate` fits a gate to a writer's own text, on a base that stays as it
// is.
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/seed_option.h"
#include "engine/cli/options/text_input.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/progress_line.h"
#include "engine/fitting/gate_fit.h"
#include "engine/model/enhancement_names.h"

#include <cstdio>
#include <iostream>
#include <numbers>
#include <optional>

namespace engine {

namespace {

// Of the gate's learning rate: at that rate itself adapters learn nothing (docs/evidence.md).
constexpr float kAdapterRate = 0.1f;

struct FitGateOptions {
    FitSettings settings; // but for the seed
    ModelOptions model;
    std::vector<std::string> texts;
    std::string output, gate, control = "none";
    Seed seed;
    bool resume = false;
};

std::string progressText(const FitReport& r) {
    char line[200];
    const int length =
        std::snprintf(line, sizeof line,
                      "step %lld of %lld, loss %.4f, held out %.4f (base %.4f), %.0f tokens/s, %.0f s left",
                      static_cast<long long>(r.step), static_cast<long long>(r.steps), r.loss, r.bestLoss,
                      r.lossBefore, r.tokensPerSecond, r.secondsLeft);
    return std::string(line, static_cast<std::size_t>(std::max(0, length)));
}

Expected<std::vector<std::string>> readTexts(const std::vector<std::string>& paths) {
    std::vector<std::string> texts;
    for (const std::string& path : paths) {
        auto text = readText(path);
        if (!text)
            return failure(text.error());
        texts.push_back(std::move(*text));
    }
    return texts;
}

// `control`: of low-rank adapters, if that was asked for.
Expected<void> tell(const FitResult& result, const std::optional<FitResult>& control,
                    const FitGateOptions& options, const CommandContext& context) {
    const double bitsPerNat = 1 / (std::numbers::ln2 * result.heldOutBytesPerToken);
    if (context.json)
        printJson({{"output", result.helps() ? Json(options.output) : Json()},
                   {"complete", result.isComplete},
                   {"loss_before", result.lossBefore},
                   {"loss_after", result.lossAfter},
                   {"bits_per_byte_before", result.lossBefore * bitsPerNat},
                   {"bits_per_byte_after", result.lossAfter * bitsPerNat},
                   {"better_by_percent", result.betterByPercent()},
                   {"control", control ? Json({{"loss_after", control->lossAfter},
                                               {"better_by_percent", control->betterByPercent()},
                                               {"parameters", control->parameters}})
                                       : Json()},
                   {"steps", result.steps},
                   {"tokens", result.tokens},
                   {"parameters", result.parameters},
                   {"seconds", result.seconds}});
    if (!result.isComplete)
        std::cerr << "Stopped after step " << result.steps << "; go on with the same command and --resume\n";
    if (!result.helps() && result.isComplete)
        return failure(
            ErrorCode::InvalidArgument,
            "the gate learned nothing that helps with the held-out tenth of this text, so none was "
            "written; more text may help");
    if (!context.json && result.helps())
        std::printf(
            "%s guesses your next word better by %.1f %% (%.4f bits per byte of the held-out tenth, %.4f "
            "before; %lld parameters, %.0f s)\n",
            options.output.c_str(), result.betterByPercent(), result.lossAfter * bitsPerNat,
            result.lossBefore * bitsPerNat, static_cast<long long>(result.parameters), result.seconds);
    return {};
}

Expected<void> runFit(const FitGateOptions& options, const CommandContext& context) {
    FitSettings settings = options.settings;
    const auto texts = readTexts(options.texts);
    if (!texts)
        return failure(texts.error());
    auto files = findModelFiles(options.model.model, "none", options.model.tokenizer);
    if (!files)
        return failure(files.error());
    settings.model = std::move(*files);
    settings.output = options.output;
    settings.gate = voiceGate();
    if (!options.gate.empty()) {
        const auto gate = enhancementNamed(options.gate);
        if (!gate)
            return failure(gate.error());
        if (gate->routesRows)
            return failure(ErrorCode::InvalidArgument,
                           "--gate " + options.gate +
                               ": its tables have rows for every token of the vocabulary, of which one text "
                               "teaches only a few; choose another gate, such as full-routing-no-layernorm");
        settings.gate = *gate;
    }
    settings.seed = options.seed.value;
    tellRandomSeed(options.seed);
    const auto pool = context.makePool();
    const auto fit = [&](const FitSettings& wanted) {
        ProgressLine line;
        const auto report = [&](const FitReport& r) { line.show(r.note.empty() ? progressText(r) : r.note); };
        return fitGate(wanted, *texts, options.resume, *pool, report, context.stop);
    };
    const auto result = fit(settings);
    if (!result)
        return failure(result.error());
    std::optional<FitResult> control;
    if (options.control != "none" && result->isComplete) {
        settings.fitsAdapters = true;
        settings.learningRate *= kAdapterRate;
        settings.finalLearningRate *= kAdapterRate;
        settings.output += ".control";
        const auto adapters = fit(settings);
        if (!adapters)
            return failure(adapters.error());
        control = *adapters;
    }
    return tell(*result, control, options, context);
}

} // namespace

void addFitGateCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<FitGateOptions>();
    FitSettings& s = options->settings;
    CLI::App* command = addSubcommand(app, context, "fit-gate",
                                      "Fit a gate to a text of your own, on a model that stays as it is");
    addModelOption(*command, options->model);
    addTokenizerOption(*command, options->model);
    command
        ->add_option("--text", options->texts,
                     "Your text (plain or zstd; several are read one after another); its last tenth is held "
                     "out to measure on")
        ->required();
    command->add_option("--out", options->output, "The gate file to write")->required();
    command->add_option("--gate", options->gate,
                        "The kind of gate, as in train; full-routing without LayerNorm if left out");
    command->add_option("--passes", s.passes, "Passes over the text, at most")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--learning-rate", s.learningRate, "Learning rate after warm-up")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--final-learning-rate", s.finalLearningRate, "Learning rate at the end")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    options->seed.value = s.seed;
    addSeedOption(*command, options->seed, "Seed of start values");
    command
        ->add_option("--control", options->control,
                     "low-rank: also fit low-rank adapters with as many parameters, at a tenth of the rate, "
                     "to compare")
        ->check(CLI::IsMember({"none", "low-rank"}))
        ->capture_default_str();
    command->add_flag("--resume", options->resume, "Go on from where a stopped fit left off");
    command->callback(
        [options, &context] { context.action = [options, &context] { return runFit(*options, context); }; });
}

} // namespace engine
