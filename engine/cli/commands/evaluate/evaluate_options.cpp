#include "engine/cli/commands/evaluate/evaluate_options.h"

#include "engine/cli/options/generation_options.h"

#include <cstdlib>
#include <limits>
#include <system_error>

namespace engine {

namespace {

void addTextOptions(CLI::App& command, EvaluateOptions& options) {
    command.add_option("--text", options.text,
                       "Measure bits per byte and perplexity of this text (plain or zstd; - is standard "
                       "input), documents separated by form-feed lines");
    // The variable is read in evaluatedText(): it is no wish to read the whole corpus beside some prompts.
    command.add_option("--corpus", options.corpus,
                       "Without --text: a folder with test.txt and valid.txt (plain, or .zst); without "
                       "--prompts too, the one that INKGATE_CORPUS names");
    command.add_option("--split", options.split, "Which of them: test or valid")
        ->check(CLI::IsMember({"test", "valid"}))
        ->capture_default_str();
    command.add_option("--limit-bytes", options.limitBytes, "Read only the beginning of the text; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
}

void addPromptOptions(CLI::App& command, EvaluateOptions& options) {
    command.add_option("--prompts", options.prompts,
                       "Continue these prompts and score the continuations: a JSON object with prompt, "
                       "reference and possibly id on each line");
    command.add_option("--limit-prompts", options.limitPrompts, "Only the first so many prompts; 0: all")
        ->capture_default_str();
    command
        .add_option("--continuation-tokens", options.continuationTokens,
                    "Tokens of each continuation, one greedy and one sampled; a document's end is no end")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()))
        ->capture_default_str();
    command
        .add_option("--time-prompts", options.timePrompts,
                    "Take the times of the first so many prompts; 0: of none")
        ->capture_default_str();
    command.add_option("--time-tokens", options.timeTokens, "Tokens generated for the generation time")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()))
        ->capture_default_str();
    command.add_option("--continuations", options.continuations,
                       "Score continuations that were made before, without a model: lines with reference "
                       "and continuation, as --continuations-out writes them");
    addSamplerOptions(command, options.sampler, options.seed);
}

void addResultOptions(CLI::App& command, EvaluateOptions& options) {
    command.add_flag("--gates", options.readsGates,
                     "Read the gates on the text: their means by class of token");
    command.add_option("--gates-csv", options.gatesCsv, "Write these means to this file; implies --gates");
    command.add_option("--html", options.html,
                       "Write all figures to this file as a page that needs no other; with a text, the "
                       "gates of the models that have some are plotted");
    command.add_option("--continuations-out", options.continuationsOut,
                       "Write the continuations to this file, one JSON object a line");
    command.add_option("--bootstrap-samples", options.bootstrap.samples, "Drawings for the 95 % intervals")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command.add_option("--bootstrap-seed", options.bootstrap.seed, "Same seed, same intervals")
        ->capture_default_str();
}

bool makesContinuations(const EvaluateOptions& options) { return !options.prompts.empty(); }

} // namespace

void addEvaluateOptions(CLI::App& command, EvaluateOptions& options) {
    addModelOption(command, options.model);
    addGateOption(command, options.model);
    command
        .add_option(
            "--models", options.models,
            "Several models side by side, with commas between; MODEL+GATE is a model with its gate, "
            "both as for --model and --gate: tales,tales+gated,other.safetensors+voice.safetensors; all of "
            "them are in memory at once")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->excludes("--model")
        ->excludes("--gate");
    addTokenizerOption(command, options.model);
    addTypeOption(command, options.model);
    addSparseAttentionOptions(command, options.model);
    addTextOptions(command, options);
    addPromptOptions(command, options);
    addResultOptions(command, options);
}

std::vector<ModelChoice> EvaluateOptions::choices() const {
    if (models.empty())
        return {{model.model, model.gate}};
    std::vector<ModelChoice> result;
    for (const std::string& entry : models)
        result.push_back(modelChoice(entry));
    return result;
}

ModelOptions EvaluateOptions::modelOptions(const ModelChoice& choice) const {
    ModelOptions result = model;
    result.model = choice.model;
    result.gate = choice.gate;
    return result;
}

void checkEvaluateOptions(const EvaluateOptions& options) {
    for (const ModelChoice& choice : options.choices()) {
        if (choice.model.empty() || choice.gate.empty())
            throw CLI::ValidationError("--models", "expected MODEL or MODEL+GATE, found \"" + choice.model +
                                                       "+" + choice.gate + "\"");
    }
    if (!options.continuations.empty() && (makesContinuations(options) || !options.text.empty()))
        throw CLI::ValidationError("--continuations",
                                   "these are scored by themselves, without --prompts and --text");
    if (!options.continuationsOut.empty() && !makesContinuations(options))
        throw CLI::ValidationError("--continuations-out", "there are none without --prompts");
    (void)samplerOf(options.sampler, options.seed);
}

Expected<std::optional<std::filesystem::path>> evaluatedText(const EvaluateOptions& options) {
    if (!options.text.empty())
        return std::filesystem::path(options.text);
    std::filesystem::path corpus(options.corpus);
    if (corpus.empty() && !options.prompts.empty())
        return std::nullopt;
    if (const char* named = std::getenv("INKGATE_CORPUS"); corpus.empty() && named != nullptr)
        corpus = named;
    if (corpus.empty())
        return failure(ErrorCode::InvalidArgument,
                       "there is nothing to measure on: give --text FILE, --corpus FOLDER or --prompts FILE");
    for (const char* extension : {".txt", ".txt.zst"}) {
        std::error_code ignored;
        const auto path = corpus / (options.split + extension);
        if (std::filesystem::is_regular_file(path, ignored))
            return path;
    }
    return failure(ErrorCode::FileNotFound,
                   (corpus / (options.split + ".txt.zst")).string() +
                       ": there is no such text in the corpus; name one with --text");
}

} // namespace engine
