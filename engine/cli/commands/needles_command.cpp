// needles_command.cpp: `inkgate-cli needles make` writes texts with keys to be found again, to train on or to
// test other programs with; `needles measure` says how often a model finds them.
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/seed_option.h"
#include "engine/cli/options/session_option.h"
#include "engine/cli/output/json_output.h"
#include "engine/cli/output/needle_plot.h"
#include "engine/cli/output/progress_line.h"
#include "engine/core/atomic_file.h"
#include "engine/core/stopwatch.h"
#include "engine/evaluation/needles/needle_accuracy.h"
#include "engine/text/text_file.h"

#include <array>
#include <cstdio>
#include <iostream>

namespace engine {

namespace {

constexpr std::array kKinds{NeedleKind::Passkey, NeedleKind::Number, NeedleKind::Uuid};
constexpr std::int64_t kUsualSource = 20'000'000; // bytes of the haystacks' text

struct NeedlesOptions {
    ModelOptions model;
    std::string text, kind = "passkey", out, plot;
    std::int64_t textBytes = kUsualSource;
    Seed seed;
    // make
    int tokens = 1024, needles = 1, documents = 1000;
    bool writesCases = false;
    // measure
    NeedleGrid grid;
};

NeedleKind kindOf(const NeedlesOptions& options) {
    for (const NeedleKind kind : kKinds)
        if (name(kind) == options.kind)
            return kind;
    return NeedleKind::Passkey;
}

Expected<std::string> sourceOf(const NeedlesOptions& options) {
    auto text = readDecodedText(options.text, {.keptBytes = options.textBytes});
    if (!text)
        return failure(text.error());
    auto source = haystackSource(std::move(text->text));
    if (!source)
        return failure(source.error(), options.text);
    return source;
}

std::string caseLine(const NeedleText& text, const NeedleSettings& settings, std::span<const double> depths) {
    Json json = {{"kind", name(settings.kind)}, {"tokens", settings.tokens}, {"depths", depths}};
    for (std::size_t i = 0; i < text.pieces.size(); i += 2)
        json["questions"].push_back({{"prompt", text.pieces[i].text}, {"answer", text.pieces[i + 1].text}});
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Expected<void> make(const NeedlesOptions& options, const CommandContext& context) {
    const auto source = sourceOf(options);
    if (!source)
        return failure(source.error());
    auto tokenizer = options.model.tokenizer.empty()
                         ? Expected<std::unique_ptr<const Tokenizer>>(makeByteTokenizer())
                         : loadTokenizer(options.model.tokenizer);
    if (!tokenizer)
        return failure(tokenizer.error());
    auto file = AtomicFile::create(options.out);
    if (!file)
        return failure(file.error());
    tellRandomSeed(options.seed);
    Random random(options.seed.value);
    const NeedleSettings settings{kindOf(options), options.needles, options.tokens};
    std::vector<double> depths(static_cast<std::size_t>(options.needles));
    for (int document = 0; document < options.documents; ++document) {
        for (double& depth : depths)
            depth = random.uniform();
        const auto text = makeNeedleText(settings, depths, *source, **tokenizer, random);
        if (!text)
            return failure(text.error());
        const std::string line = options.writesCases ? caseLine(*text, settings, depths)
                                                     : (document > 0 ? "\n\f\n" : "") + text->markedText();
        if (auto written = file->write(std::as_bytes(std::span(line))); !written)
            return written;
        if (context.stop.stop_requested())
            return failure(ErrorCode::Cancelled, "stopped; nothing was written");
    }
    if (auto written = file->commit(); !written)
        return written;
    if (context.json)
        printJson({{"out", options.out},
                   {"kind", options.kind},
                   {"documents", options.documents},
                   {"tokens", std::int64_t{options.documents} * options.tokens},
                   {"seed", options.seed.value}});
    else
        std::cout << options.out << ": " << options.documents << " texts of " << options.tokens
                  << " tokens\n";
    return {};
}

void printTable(const std::vector<NeedleCell>& cells) {
    std::cout << "  tokens  depth  right\n";
    for (const NeedleCell& cell : cells) {
        char line[64];
        std::snprintf(line, sizeof line, "%8d %5.0f%% %4d of %d\n", cell.tokens, 100 * cell.depth, cell.right,
                      cell.keys);
        std::cout << line;
    }
}

// Of each length, over all depths.
Json byLength(const std::vector<NeedleCell>& cells) {
    Json lengths = Json::array();
    for (const NeedleCell& cell : cells) {
        if (lengths.empty() || lengths.back()["tokens"] != cell.tokens)
            lengths.push_back({{"tokens", cell.tokens}, {"right", 0}, {"keys", 0}});
        lengths.back()["right"] = lengths.back()["right"].get<int>() + cell.right;
        lengths.back()["keys"] = lengths.back()["keys"].get<int>() + cell.keys;
    }
    return lengths;
}

Expected<void> measure(NeedlesOptions options, const CommandContext& context) {
    const Stopwatch watch;
    const auto source = sourceOf(options);
    if (!source)
        return failure(source.error());
    const auto loaded = loadModel(options.model);
    if (!loaded)
        return failure(loaded.error());
    const auto tokenizer = loadTokenizerOf(loaded->files, *loaded->model);
    if (!tokenizer)
        return failure(tokenizer.error());
    const auto opened = openSession(context, loaded->model);
    if (!opened)
        return failure(opened.error());
    options.grid.kind = kindOf(options);
    options.grid.seed = options.seed.value;
    tellRandomSeed(options.seed);
    std::optional<ProgressLine> progress(std::in_place);
    const auto cells = measureNeedles(
        options.grid, *source, **tokenizer, *opened->session,
        [&](const NeedleCell& cell) {
            progress->show(std::to_string(cell.tokens) + " tokens: " + std::to_string(cell.right) + " of " +
                           std::to_string(cell.keys));
        },
        context.stop);
    progress.reset();
    if (!cells)
        return failure(cells.error());
    if (!options.plot.empty())
        if (auto plotted = plotNeedles(*cells, options.model.model + ", " + options.kind, options.plot);
            !plotted)
            return plotted;
    const Json lengths = byLength(*cells);
    if (context.json) {
        Json fields = Json::array();
        for (const NeedleCell& cell : *cells)
            fields.push_back(
                {{"tokens", cell.tokens}, {"depth", cell.depth}, {"right", cell.right}, {"keys", cell.keys}});
        printJson({{"model", options.model.model},
                   {"kind", options.kind},
                   {"seed", options.seed.value},
                   {"lengths", lengths},
                   {"cells", fields},
                   {"seconds", watch.seconds()}});
        return {};
    }
    printTable(*cells);
    for (const Json& length : lengths)
        std::cout << length["tokens"] << " tokens: " << length["right"] << " of " << length["keys"]
                  << " right\n";
    return {};
}

void addShared(CLI::App& command, NeedlesOptions& options) {
    std::vector<std::string> kinds;
    for (const NeedleKind kind : kKinds)
        kinds.emplace_back(name(kind));
    command.add_option("--text", options.text, "The text that haystacks are cut from (plain or zstd)")
        ->required();
    command.add_option("--text-bytes", options.textBytes, "Read so many bytes of it; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--kind", options.kind, "passkey, number or uuid")
        ->check(CLI::IsMember(kinds))
        ->capture_default_str();
    addSeedOption(command, options.seed, "Seed of keys, haystacks and depths");
}

void addMake(CLI::App& needles, CommandContext& context) {
    auto options = std::make_shared<NeedlesOptions>();
    CLI::App* command = addSubcommand(needles, context, "make",
                                      "Write texts with needles, each answer between U+0002 and U+0003");
    addShared(*command, *options);
    command->add_option("--out", options->out, "The file to write: a text to train on, or --cases")
        ->required();
    command->add_option("--vocab", options->model.tokenizer,
                        "The vocabulary that counts tokens; bytes if left out");
    command->add_option("--tokens", options->tokens, "Of each text, with the separator behind it")
        ->check(CLI::Range(1, 1 << 24))
        ->capture_default_str();
    command->add_option("--needles", options->needles, "In each text, all asked for at its end")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command->add_option("--documents", options->documents, "Texts")
        ->check(CLI::Range(1, 1 << 24))
        ->capture_default_str();
    command->add_flag("--cases", options->writesCases,
                      "Write a line of JSON for each text instead: prompts and answers");
    command->callback(
        [options, &context] { context.action = [options, &context] { return make(*options, context); }; });
}

void addMeasure(CLI::App& needles, CommandContext& context) {
    auto options = std::make_shared<NeedlesOptions>();
    options->grid.lengths = {1024, 2048, 4096, 8192};
    CLI::App* command =
        addSubcommand(needles, context, "measure", "How often a model finds a needle, by length and depth");
    addModelOption(*command, options->model);
    addGateOption(*command, options->model);
    addTokenizerOption(*command, options->model);
    addTypeOption(*command, options->model);
    addSparseAttentionOptions(*command, options->model);
    addShared(*command, *options);
    command->add_option("--lengths", options->grid.lengths, "Tokens of the texts, with commas between")
        ->delimiter(',')
        ->check(CLI::Range(1, 1 << 24))
        ->capture_default_str();
    command->add_option("--depths", options->grid.depths, "Depths of the needle")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--keys", options->grid.keys, "Texts of each length and depth")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    command->add_option("--plot", options->plot, "Draw the table as an SVG into this file");
    command->callback(
        [options, &context] { context.action = [options, &context] { return measure(*options, context); }; });
}

} // namespace

void addNeedlesCommand(CLI::App& app, CommandContext& context) {
    CLI::App* needles = app.add_subcommand(
        "needles", "Keys hidden in long texts: make texts to train on, measure what a model finds again");
    needles->require_subcommand(1);
    addMake(*needles, context);
    addMeasure(*needles, context);
}

} // namespace engine
