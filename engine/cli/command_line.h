// command_line.h: inkgate-cli as a function: arguments in, exit status out.
// Status: 0 done, 1 failed (one line on standard error: what, where, what to do), 2 wrong usage.
// Threads: main() only.
#pragma once

#include <span>

namespace CLI {
class App;
}

namespace engine {

struct CommandContext; // commands/commands.h

// Adds a subcommand, as those of commands/commands.h do.
using AddCommand = void (*)(CLI::App& app, CommandContext& context);

// `more`: what the program has besides the engine's own commands.
[[nodiscard]] int runCommandLine(int argc, char** argv, std::span<const AddCommand> more = {});

} // namespace engine
