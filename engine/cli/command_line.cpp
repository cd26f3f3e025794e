#include "engine/cli/command_line.h"

#include "engine/cli/commands/commands.h"
#include "engine/cli/interrupt_watch.h"
#include "engine/cli/options/option_values.h"
#include "engine/cli/output/standard_output.h"
#include "engine/cpu/processor_level.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <span>
#include <thread>

namespace engine {

namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kWrongUsage = 2 };

// Messages may quote files, which may contain line ends; scripts expect one line.
std::string oneLine(std::string message) {
    std::ranges::replace_if(
        message, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    while (!message.empty() && message.back() == ' ')
        message.pop_back();
    return message;
}

int fail(const std::string& message) {
    std::cerr << "inkgate-cli: " << oneLine(message) << '\n';
    return kFailed;
}

int wrongUsage(const CLI::App& app, const std::string& message) {
    const auto commands = app.get_subcommands();
    const std::string command = commands.empty() ? "" : " " + commands.front()->get_name();
    std::cerr << "inkgate-cli" << command << ": " << oneLine(message) << " (see inkgate-cli" << command
              << " --help)\n";
    return kWrongUsage;
}

} // namespace

std::shared_ptr<ThreadPool> CommandContext::makePool() const {
    auto pool = std::make_shared<ThreadPool>(threads);
    const int wanted = threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency());
    if (pool->size() < wanted)
        std::cerr << "inkgate-cli: the system grants " << pool->size() << " of " << wanted
                  << " threads (see ulimit -u); going on with these\n";
    return pool;
}

CLI::App* addSubcommand(CLI::App& app, CommandContext& context, const std::string& name,
                        const std::string& description) {
    CLI::App* command = app.add_subcommand(name, description);
    command->add_flag("--json", context.json, "Print one JSON document on standard output");
    command->add_option("--device", context.device, "Where to compute: auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    command->add_option("--threads", context.threads, "Processor threads; 0: all")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    return command;
}

int runCommandLine(int argc, char** argv, std::span<const AddCommand> more) {
    const InterruptWatch interrupts;
    CommandContext context;
    context.stop = interrupts.token();

    CLI::App app{"Inkgate without a window: RWKV language models with adaptive gates", "inkgate-cli"};
    app.set_version_flag("--version", "inkgate-cli " INKGATE_VERSION);
    app.require_subcommand(1);
    addGenerateCommand(app, context);
    addCompareCommand(app, context);
    addLogitsCommand(app, context);
    addTokenizeCommand(app, context);
    addInspectCommand(app, context);
    addConvertCommand(app, context);
    addBenchCommand(app, context);
    addEvaluateCommand(app, context);
    addSelftestCommand(app, context);
    addTrainTokenizerCommand(app, context);
    addTrainCommand(app, context);
    addFitGateCommand(app, context);
    addNeedlesCommand(app, context);
    addDescribeCommand(app, context);
    for (const AddCommand add : more)
        add(app, context);
    checkOptionValues(app);
    const auto arguments = std::span<const char* const>(argv, static_cast<std::size_t>(argc));
    int status = kDone;
    const std::optional<std::string> unwritten = withStandardOutput([&] {
        try {
            checkArguments(app, arguments);
            app.parse(argc, argv);
        } catch (const CLI::Success& asked) { // --help, --version
            app.exit(asked);
            return;
        } catch (const CLI::ParseError& error) {
            status = wrongUsage(app, error.what());
            return;
        }
        if (const std::string problem = processorLevelProblem(); !problem.empty()) {
            status = wrongUsage(app, problem);
            return;
        }
        if (const Expected<void> done = context.action(); !done)
            status = fail(done.error().message);
    });
    if (unwritten && status == kDone)
        status = fail(*unwritten);
    return status;
}

} // namespace engine
