// train_command.cpp: `inkgate-cli train` trains an RWKV-6, RWKV-7 or RWKV-X model, with or without an
// enhancement, from a text file, or draws how trainings went.
#include "engine/backend/measured_limits.h"
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/text_input.h"
#include "engine/cli/options/training_options.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/training_plot.h"
#include "engine/core/stopwatch.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/settings_json.h"
#include "engine/training/trainer.h"
#include "engine/training/training_file.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace engine {

namespace {

// Of the time that training takes, to measure beside it what oneDNN reaches.
constexpr double kMeasuringShare = 0.005;

struct TrainCommand {
    TrainingOptions settings;
    std::string output;
    std::vector<std::string> logs; // to plot
    bool printsRecipe = false;
};

std::string duration(double seconds) {
    const long minutes = std::lround(seconds / 60);
    char text[32];
    std::snprintf(text, sizeof text, "%ld h %02ld min", minutes / 60, minutes % 60);
    return text;
}

void show(const TrainingReport& r, double matrixRate) {
    char line[256];
    if (r.step > 0) {
        std::snprintf(line, sizeof line,
                      "step %lld of %lld, %.1f M tokens, loss %.4f, gradient %.2f, rate %.2e, %.0f tokens/s, "
                      "%.0f GFLOP/s (%.0f %% of oneDNN), %s left",
                      static_cast<long long>(r.step), static_cast<long long>(r.steps),
                      static_cast<double>(r.tokens) / 1e6, r.loss, r.gradientNorm, r.learningRate,
                      r.tokensPerSecond, r.gflops, 100 * r.gflops / matrixRate,
                      duration(r.secondsLeft).c_str());
        std::cerr << line;
        if (r.validationBitsPerByte) {
            std::snprintf(line, sizeof line, ", validation %.4f bits per byte", *r.validationBitsPerByte);
            std::cerr << line;
        }
    }
    std::cerr << (r.step > 0 && !r.note.empty() ? "; " : "") << r.note << std::endl;
}

// Of the checkpoint beside the output if there is one to go on from, else what was given.
Expected<TrainingSettings> settingsOf(const TrainCommand& command) {
    const auto checkpoint = checkpointPath(command.output);
    if (!command.settings.resumes() || !std::filesystem::exists(checkpoint))
        return command.settings.settings();
    auto progress = readTrainingProgress(checkpoint);
    if (!progress)
        return failure(progress.error());
    auto settings = trainingSettingsFromJson(progress->settings);
    if (!settings)
        return failure(settings.error(), checkpoint.string());
    if (!command.settings.log().empty())
        settings->log = command.settings.log();
    return settings;
}

// With all that is left open filled in, so that it gives the same training again anywhere.
Expected<void> printRecipe(const TrainCommand& command, const CommandContext& context) {
    auto settings = settingsOf(command);
    if (!settings)
        return failure(settings.error());
    CommandContext granted = context;
    granted.threads = settings->threads;
    if (auto complete = completeSettings(*settings, granted.makePool()->size()); !complete)
        return complete;
    std::cout << toRecipe(*settings);
    return {};
}

void print(const TrainingSettings& settings, const TrainingResult& result, double matrixRate) {
    Json json = {{"output", settings.output.string()},
                 {"complete", result.isComplete},
                 {"steps", result.step},
                 {"tokens", result.tokens},
                 {"parameters", result.parameters},
                 {"seconds", result.seconds},
                 {"matrix_gflops", matrixRate},
                 {"history", Json::parse(result.historyJson)}};
    if (result.weights)
        json["weights"] = Json::parse(toJson(*result.weights));
    printJson(json);
}

Expected<void> runTraining(const TrainCommand& command, const CommandContext& context) {
    auto found = settingsOf(command);
    if (!found)
        return failure(found.error());
    TrainingSettings& settings = *found;
    settings.output = command.output; // of a resumed training, too: the folder may have been moved
    if (settings.text.empty())
        return failure(ErrorCode::InvalidArgument,
                       "there is nothing to train on: give --text FILE, or a recipe with \"text\"");
    noteEncoding(settings.text);
    CommandContext granted = context;
    granted.threads = settings.threads; // of a resumed run, as it was started
    const auto threads = granted.makePool();
    ThreadPool& pool = *threads;
    auto matrixRate =
        MatrixRate::measure(hasBfloat16Products() ? DataType::BFloat16 : DataType::Float32, pool);
    if (!matrixRate)
        return failure(matrixRate.error());
    Stopwatch sinceMeasured;
    const auto report = [&](const TrainingReport& r) {
        if (r.step > 0 && sinceMeasured.seconds() * kMeasuringShare > matrixRate->seconds() &&
            matrixRate->measureAgain().has_value())
            sinceMeasured.restart();
        show(r, matrixRate->best());
    };
    const auto result = train(settings, command.settings.resumes(), pool, report, context.stop);
    if (!result)
        return failure(result.error());
    if (context.json)
        print(settings, *result, matrixRate->best());
    else if (result->isComplete)
        std::cout << settings.output.string() << ": " << result->parameters << " parameters, "
                  << result->tokens << " tokens\n";
    else
        std::cout << "Stopped after step " << result->step << "; go on with --resume --out "
                  << settings.output.string() << "\n";
    return {};
}

} // namespace

void addTrainCommand(CLI::App& app, CommandContext& context) {
    CLI::App* command =
        addSubcommand(app, context, "train", "Train an RWKV-6, RWKV-7 or RWKV-X model from a text");
    auto given = std::make_shared<TrainCommand>();
    command->add_option("--out", given->output, "The model to write; its checkpoint stands beside it")
        ->capture_default_str();
    given->settings.addTo(*command);
    command->add_flag("--print-recipe", given->printsRecipe,
                      "Print all settings as a recipe, complete, and train nothing");
    command
        ->add_option(
            "--plot", given->logs,
            "Draw the logs of trainings, with commas between them, as an SVG into --out; train nothing")
        ->delimiter(',');
    command->callback([given, &context] {
        if (given->printsRecipe && !given->logs.empty())
            throw CLI::ExcludesError("--plot", "--print-recipe");
        if (given->output.empty() && (!given->printsRecipe || given->settings.resumes()))
            throw CLI::RequiredError("--out");
        context.action = [given, &context]() -> Expected<void> {
            if (given->printsRecipe)
                return printRecipe(*given, context);
            if (!given->logs.empty())
                return plotTrainings({given->logs.begin(), given->logs.end()}, given->output);
            return runTraining(*given, context);
        };
    });
}

} // namespace engine
