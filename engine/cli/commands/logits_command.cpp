// logits_command.cpp: `inkgate-cli logits` writes what a model thinks of the next token, for comparison with
// other programs.
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/session_option.h"
#include "engine/cli/options/text_input.h"
#include "engine/cli/output/json_output.h"
#include "engine/core/aligned_buffer.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <iostream>
#include <optional>
#include <utility>

namespace engine {

namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian");

struct LogitsOptions {
    ModelOptions model;
    std::vector<int> tokens;
    std::optional<std::string> prompt;
    std::string promptFile;
    bool isFromDocumentStart = false;
    bool writesAll = false;
    std::size_t decoded = 0; // of the last tokens
    std::string out;
};

Expected<std::vector<int>> tokensOf(const LogitsOptions& options, const LoadedModel& loaded) {
    if (!options.prompt && !options.isFromDocumentStart)
        return options.tokens;
    const auto tokenizer = loadTokenizerOf(loaded.files, *loaded.model);
    if (!tokenizer)
        return failure(tokenizer.error());
    std::vector<int> tokens;
    if (options.isFromDocumentStart)
        tokens.push_back((*tokenizer)->documentSeparator());
    if (!options.prompt) {
        tokens.insert(tokens.end(), options.tokens.begin(), options.tokens.end());
        return tokens;
    }
    const auto encoded = (*tokenizer)->encode(*options.prompt);
    if (!encoded)
        return failure(encoded.error());
    tokens.insert(tokens.end(), encoded->begin(), encoded->end());
    return tokens;
}

Expected<void> writeLogits(LogitsOptions options, const CommandContext& context) {
    if (!options.promptFile.empty()) {
        auto text = readText(options.promptFile);
        if (!text)
            return failure(text.error());
        options.prompt = std::move(*text);
    }
    const auto loaded = loadModel(options.model);
    if (!loaded)
        return failure(loaded.error());
    const auto tokens = tokensOf(options, *loaded);
    if (!tokens)
        return failure(tokens.error());
    if (tokens->empty())
        return failure(ErrorCode::InvalidArgument,
                       "there are no tokens to read; give --tokens or a longer --prompt");

    std::ofstream file(options.out, std::ios::binary | std::ios::trunc);
    const auto cannotWrite = [&] {
        return failure(
            ErrorCode::WriteFailed,
            options.out + ": cannot be written; check the path, your rights there and the disk's free space");
    };
    if (!file)
        return cannotWrite();
    // Chunk by chunk, so that a long prompt with a large vocabulary needs no more memory than a short one.
    constexpr std::size_t kUsualChunk = 256;
    const auto vocabulary = static_cast<std::size_t>(loaded->model->config().vocabulary);
    // As the package rwkv-x is given it: at once.
    const bool isAtOnce = loaded->model->config().sparse.mode == SparseAttentionMode::Package;
    const std::size_t chunk = isAtOnce ? tokens->size() : kUsualChunk;
    const std::size_t prompt = tokens->size() - std::min(tokens->size(), options.decoded);
    const auto opened = openSession(context, loaded->model);
    if (!opened)
        return failure(opened.error());
    State state(loaded->model->config());
    AlignedBuffer<float> logits((options.writesAll ? std::min(chunk, tokens->size()) : 1) * vocabulary);
    for (std::size_t begin = 0, count = 0; begin < tokens->size(); begin += count) {
        count = begin < prompt ? std::min(chunk, prompt - begin) : 1;
        const bool isLast = begin + count == tokens->size();
        const std::size_t rows = options.writesAll ? count : isLast ? 1 : 0;
        const auto wanted = logits.span().first(rows * vocabulary);
        if (auto read = opened->session->prefill(state, std::span<const int>(*tokens).subspan(begin, count),
                                                 wanted, nullptr, context.stop);
            !read)
            return read;
        file.write(reinterpret_cast<const char*>(wanted.data()),
                   static_cast<std::streamsize>(wanted.size_bytes()));
        if (!file.flush())
            return cannotWrite();
    }
    file.close();
    if (!file)
        return cannotWrite();

    const std::size_t rows = options.writesAll ? tokens->size() : 1;
    if (context.json)
        printJson({{"out", options.out}, {"tokens", *tokens}, {"rows", rows}, {"vocabulary", vocabulary}});
    else
        std::cout << options.out << ": " << rows << (rows == 1 ? " row of " : " rows of ") << vocabulary
                  << " float32 logits after " << tokens->size() << " tokens\n";
    return {};
}

} // namespace

void addLogitsCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<LogitsOptions>();
    CLI::App* command =
        addSubcommand(app, context, "logits", "Write the logits after the last (or every) token");
    addModelOption(*command, options->model);
    addGateOption(*command, options->model);
    addTokenizerOption(*command, options->model);
    addTypeOption(*command, options->model);
    addSparseAttentionOptions(*command, options->model);
    auto* input = command->add_option_group("input", "What to read");
    input->add_option("--tokens", options->tokens, "Token ids with commas between")
        ->delimiter(',')
        ->allow_extra_args(false);
    input->add_option("--prompt", options->prompt, "A text");
    input->add_option("--prompt-file", options->promptFile,
                      "A file with a text (plain or zstd); - reads standard input");
    input->require_option(1);
    command->add_flag("--document-start", options->isFromDocumentStart,
                      "Read the document separator first, as generate does");
    command->add_flag("--all", options->writesAll, "A row for every token instead of the last");
    command
        ->add_option("--decode", options->decoded,
                     "Read so many of the last tokens one by one, as generated ones are")
        ->capture_default_str();
    command->add_option("--out", options->out, "The file: raw little-endian float32, row after row")
        ->required();
    command->callback([options, &context] {
        context.action = [options, &context] { return writeLogits(*options, context); };
    });
}

} // namespace engine
