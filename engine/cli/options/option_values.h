// option_values.h: that the value of an option is one. The parser takes an empty text for 0 or nothing, 010
// for eight, and numbers beyond 64 bits for the largest; each of these is a mistake in a script that nobody
// would notice.
// Threads: main() only.
#pragma once

#include <CLI/CLI.hpp>

#include <span>
#include <string>

namespace engine {

// Adds the check to every option of `app` and its subcommands. Call it when all are there. What is wrong is
// then wrong usage.
void checkOptionValues(CLI::App& app);

// What the parser would swallow before any option sees it: "--seed=", which takes the next argument for its
// value, and nothing between commas. `app` is not changed. Throws CLI::ValidationError.
void checkArguments(CLI::App& app, std::span<const char* const> arguments);

} // namespace engine
