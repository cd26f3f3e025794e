// tokenize_command.cpp: `inkgate-cli tokenize` shows the tokens of a text, or the text of tokens.
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/text_input.h"
#include "engine/cli/output/json_output.h"
#include "engine/model/config.h"

#include <iostream>
#include <optional>

namespace engine {

namespace {

struct TokenizeOptions {
    ModelOptions model;
    std::optional<std::string> text;
    std::string file;
    std::vector<int> decode;
};

Expected<std::unique_ptr<const Tokenizer>> chooseTokenizer(const ModelOptions& options, bool isModelGiven) {
    if (!options.tokenizer.empty() && !isModelGiven)
        return loadTokenizer(options.tokenizer);
    const auto files = findModelFiles(options.model, "none", options.tokenizer);
    if (!files)
        return failure(files.error());
    if (files->isVocabularyGiven)
        return loadTokenizer(*files->vocabulary);
    // What else it may be, the model file says.
    const auto checkpoint = Checkpoint::open(files->base);
    if (!checkpoint)
        return failure(checkpoint.error());
    const auto config = ModelConfig::detect(*checkpoint);
    if (!config)
        return failure(config.error());
    return loadTokenizerOf(*files, checkpoint->vocabulary(), config->vocabulary);
}

Expected<void> encode(const Tokenizer& tokenizer, const std::string& text, const CommandContext& context) {
    const auto tokens = tokenizer.encode(text);
    if (!tokens)
        return failure(tokens.error());
    if (context.json) {
        printJson({{"tokens", *tokens}, {"count", tokens->size()}, {"tokenizer", tokenizer.kind()}});
        return {};
    }
    for (std::size_t i = 0; i < tokens->size(); ++i)
        std::cout << (i > 0 ? "," : "") << (*tokens)[i];
    std::cout << '\n';
    return {};
}

Expected<void> decode(const Tokenizer& tokenizer, const std::vector<int>& tokens,
                      const CommandContext& context) {
    const auto text = tokenizer.decode(tokens);
    if (!text)
        return failure(text.error());
    if (context.json)
        printJson({{"text", *text}, {"tokenizer", tokenizer.kind()}});
    else
        std::cout << *text << '\n';
    return {};
}

Expected<void> tokenize(const TokenizeOptions& options, bool isModelGiven, const CommandContext& context) {
    const auto tokenizer = chooseTokenizer(options.model, isModelGiven);
    if (!tokenizer)
        return failure(tokenizer.error());
    if (!options.decode.empty())
        return decode(**tokenizer, options.decode, context);
    if (options.file.empty())
        return encode(**tokenizer, *options.text, context);
    const auto text = readText(options.file);
    if (!text)
        return failure(text.error());
    auto encoded = encode(**tokenizer, *text, context);
    return encoded ? encoded : failure(std::move(encoded.error()), options.file);
}

} // namespace

void addTokenizeCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<TokenizeOptions>();
    CLI::App* command =
        addSubcommand(app, context, "tokenize", "Show the tokens of a text, or the text of tokens");
    addModelOption(*command, options->model);
    addTokenizerOption(*command, options->model);
    // Not an option group: text after a bare "--", which may begin with a dash, does not reach into one.
    CLI::Option* text = command->add_option("TEXT", options->text, "A text to turn into tokens");
    CLI::Option* file = command
                            ->add_option("--file", options->file,
                                         "A file to turn into tokens (plain or zstd); - reads standard input")
                            ->excludes(text);
    CLI::Option* decode =
        command->add_option("--decode", options->decode, "Token ids, with commas between, to turn into text")
            ->delimiter(',')
            ->excludes(text)
            ->excludes(file);
    command->callback([options, command, text, file, decode, &context] {
        if (text->count() + file->count() + decode->count() == 0)
            throw CLI::RequiredError("TEXT, --file or --decode");
        const bool isModelGiven = command->count("--model") > 0;
        context.action = [options, isModelGiven, &context] {
            return tokenize(*options, isModelGiven, context);
        };
    });
}

} // namespace engine
