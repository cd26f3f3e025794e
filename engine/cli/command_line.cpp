#include "engine/cli/command_line.h"

#include "engine/cli/commands.h"
#include "engine/cli/interrupt_watch.h"
#include "engine/kernels/processor_level.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

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

int runCommandLine(int argc, char** argv) {
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
#ifdef INKGATE_HAS_TRAIN_COMMAND
    addTrainCommand(app, context);
#endif
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) { // --help, --version
        app.exit(asked);
        return kDone;
    } catch (const CLI::ParseError& error) {
        return wrongUsage(app, error.what());
    }

    if (const std::string problem = processorLevelProblem(); !problem.empty())
        return wrongUsage(app, problem);
    const Expected<void> done = context.action();
    const bool isWritten = std::cout.flush() && std::fflush(stdout) == 0 && !std::ferror(stdout);
    if (!done)
        return fail(done.error().message);
    if (!isWritten)
        return fail("standard output: the result could not be written; check the disk's free space");
    return kDone;
}

} // namespace engine
