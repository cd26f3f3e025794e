// commands.h: the subcommands of inkgate-cli, one file each, and what they share.
// A subcommand adds its options to the parser and, when it is the one given, leaves in CommandContext::action
// what is to be done. main() runs that after parsing, so wrong usage (exit status 2) and failures (1) cannot
// be mixed up. An action writes its result to standard output and everything else to standard error.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace engine {

struct CommandContext {
    // Options of every subcommand.
    bool json = false;           // one JSON document on standard output
    std::string device = "auto"; // auto, cpu, cuda
    int threads = 0;             // 0: all processors

    std::stop_token stop; // Ctrl+C; a second one ends the program
    std::function<Expected<void>()> action;

    // As many threads as were asked for, or as the system grants, which is then told on standard error.
    [[nodiscard]] std::shared_ptr<ThreadPool> makePool() const;
};

// A subcommand with the options that all have.
CLI::App* addSubcommand(CLI::App& app, CommandContext& context, const std::string& name,
                        const std::string& description);

void addGenerateCommand(CLI::App& app, CommandContext& context);
void addCompareCommand(CLI::App& app, CommandContext& context);
void addLogitsCommand(CLI::App& app, CommandContext& context);
void addTokenizeCommand(CLI::App& app, CommandContext& context);
void addInspectCommand(CLI::App& app, CommandContext& context);
void addConvertCommand(CLI::App& app, CommandContext& context);
void addBenchCommand(CLI::App& app, CommandContext& context);
void addEvaluateCommand(CLI::App& app, CommandContext& context);
void addSelftestCommand(CLI::App& app, CommandContext& context);
void addTrainTokenizerCommand(CLI::App& app, CommandContext& context);
void addTrainCommand(CLI::App& app, CommandContext& context);
void addFitGateCommand(CLI::App& app, CommandContext& context);
void addNeedlesCommand(CLI::App& app, CommandContext& context);
void addDescribeCommand(CLI::App& app, CommandContext& context);

} // namespace engine
