// evaluate_command.cpp: `inkgate-cli evaluate` measures how well a model predicts a text.
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/session_option.h"
#include "engine/cli/options/text_input.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/progress_line.h"
#include "engine/core/stopwatch.h"
#include "engine/evaluation/perplexity.h"

#include <cstdio>
#include <filesystem>

namespace engine {

namespace {

struct EvaluateOptions {
    ModelOptions model;
    std::string text;
    std::string corpus;
    std::string split = "test";
    std::int64_t limitBytes = 0;
};

// The text to score: the one named, or a split of the corpus.
Expected<std::filesystem::path> textPath(const EvaluateOptions& options) {
    if (!options.text.empty())
        return std::filesystem::path(options.text);
    if (options.corpus.empty())
        return failure(ErrorCode::InvalidArgument,
                       "there is nothing to measure on: give --text FILE, or --corpus FOLDER");
    const std::filesystem::path corpus(options.corpus);
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

std::string progressText(const PerplexityProgress& progress, double seconds) {
    const double share = static_cast<double>(progress.bytesDone) / static_cast<double>(progress.bytesTotal);
    char text[120];
    std::snprintf(text, sizeof text, "%5.1f %%, %.4f bits per byte so far, %.0f s left", 100 * share,
                  progress.bitsPerByte, share > 0 ? seconds * (1 - share) / share : 0.0);
    return text;
}

Expected<void> evaluate(const EvaluateOptions& options, const CommandContext& context) {
    const auto path = textPath(options);
    if (!path)
        return failure(path.error());
    const auto text = readText(*path, options.limitBytes);
    if (!text)
        return failure(text.error());
    const auto loaded = loadModel(options.model);
    if (!loaded)
        return failure(loaded.error());
    const auto tokenizer = loadTokenizerOf(loaded->files, *loaded->model);
    if (!tokenizer)
        return failure(tokenizer.error());

    const auto pool = context.makePool();
    const auto opened = openSession(context, loaded->model, pool);
    if (!opened)
        return failure(opened.error());
    Expected<PerplexityReport> report;
    {
        ProgressLine line;
        const Stopwatch watch;
        PerplexityOptions settings;
        settings.stop = context.stop;
        settings.progress = [&](const PerplexityProgress& progress) {
            line.show(progressText(progress, watch.seconds()));
        };
        report = measurePerplexity(*opened->session, **tokenizer, *pool, *text, settings);
    }
    if (!report)
        return failure(report.error(), path->string());
    const std::string enhancement = describe(loaded->model->config().enhancement);
    if (context.json) {
        printJson({{"bits_per_byte", report->bitsPerByte},
                   {"perplexity", report->perplexity},
                   {"tokens", report->tokens},
                   {"bytes", report->bytes},
                   {"documents", report->documents},
                   {"seconds", report->seconds},
                   {"tokens_per_second", static_cast<double>(report->tokens) / report->seconds},
                   {"text", path->string()},
                   {"model", loaded->files.name},
                   {"enhancement", enhancement}});
        return {};
    }
    std::printf("%s, enhancement %s, on %s\n", loaded->files.name.c_str(), enhancement.c_str(),
                path->c_str());
    std::printf("bits per byte   %.4f\nperplexity      %.3f\n", report->bitsPerByte, report->perplexity);
    std::printf("tokens          %lld\nbytes           %lld\ndocuments       %lld\nseconds         %.1f\n",
                static_cast<long long>(report->tokens), static_cast<long long>(report->bytes),
                static_cast<long long>(report->documents), report->seconds);
    return {};
}

} // namespace

void addEvaluateCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command = addSubcommand(app, context, "evaluate", "Measure how well a model predicts a text");
    addModelOption(*command, options->model);
    addGateOption(*command, options->model);
    addTokenizerOption(*command, options->model);
    addTypeOption(*command, options->model);
    command->add_option(
        "--text", options->text,
        "The text (plain or zstd; - is standard input), documents separated by form-feed lines");
    command
        ->add_option("--corpus", options->corpus,
                     "Without --text: a folder with test.txt and valid.txt (plain, or .zst)")
        ->envname("INKGATE_CORPUS");
    command->add_option("--split", options->split, "Which of them: test or valid")
        ->check(CLI::IsMember({"test", "valid"}))
        ->capture_default_str();
    command->add_option("--limit-bytes", options->limitBytes, "Score only the beginning; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->callback([options, &context] {
        context.action = [options, &context] { return evaluate(*options, context); };
    });
}

} // namespace engine
