// train_tokenizer_command.cpp: `inkgate-cli train-tokenizer` makes a sentencepiece vocabulary from a text.
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/text_input.h"
#include "engine/cli/output/json_output.h"
#include "engine/core/stopwatch.h"
#include "engine/tokenizer/sentencepiece_training.h"
#include "engine/tokenizer/tokenizer.h"

#include <iostream>

namespace engine {

namespace {

struct TrainTokenizerOptions {
    std::string text, out;
    SentencePieceTraining training;
};

Expected<void> trainTokenizer(const TrainTokenizerOptions& options, const CommandContext& context) {
    const Stopwatch watch;
    SentencePieceTraining training = options.training;
    if (context.threads > 0)
        training.threads = context.threads;
    noteEncoding(options.text);
    // sentencepiece ends the program if it gets fewer than it was promised, so they are tried first; one of a
    // team is ours.
    if (const int granted = ThreadPool(training.threads + 1).size() - 1; granted < training.threads) {
        if (granted == 0)
            return failure(
                ErrorCode::InvalidArgument,
                "the system starts no more threads for this user (see ulimit -u); end other programs");
        std::cerr << "inkgate-cli: the system grants " << granted << " of " << training.threads
                  << " threads (see ulimit -u); going on with these\n";
        training.threads = granted;
    }
    if (auto trained = trainSentencePiece(options.text, options.out, training); !trained)
        return trained;
    // Read it back: what was written must be what the other commands accept.
    const auto tokenizer = loadTokenizer(options.out);
    if (!tokenizer)
        return failure(tokenizer.error());
    if (context.json)
        printJson({{"out", options.out},
                   {"vocabulary", (*tokenizer)->vocabularySize()},
                   {"tokenizer", (*tokenizer)->kind()},
                   {"seconds", watch.seconds()}});
    else
        std::cout << options.out << ": " << (*tokenizer)->vocabularySize() << " tokens\n";
    return {};
}

} // namespace

void addTrainTokenizerCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<TrainTokenizerOptions>();
    CLI::App* command =
        addSubcommand(app, context, "train-tokenizer", "Make a sentencepiece vocabulary from a text");
    command->add_option("--text", options->text, "The text (plain or zstd), one paragraph a line")
        ->required();
    command->add_option("--out", options->out, "The sentencepiece model to write")->required();
    command->add_option("--vocabulary", options->training.vocabularySize, "Number of tokens")
        ->capture_default_str();
    command
        ->add_option("--character-coverage", options->training.characterCoverage,
                     "Share of the text's characters that get tokens of their own")
        ->capture_default_str();
    command->callback([options, &context] {
        context.action = [options, &context] { return trainTokenizer(*options, context); };
    });
}

} // namespace engine
