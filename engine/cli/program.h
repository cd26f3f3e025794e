// program.h: inkgate-cli from main() on: nothing that is thrown gets past this door. The engine alone is a
// program of its own (engine/cli/main.cpp); with the application it has more subcommands (app/cli).
// Threads: main() only.
#pragma once

#include "engine/cli/command_line.h"

#include <span>

namespace engine {

[[nodiscard]] int runProgram(int argc, char** argv, std::span<const AddCommand> more = {});

} // namespace engine
