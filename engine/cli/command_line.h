// command_line.h: inkgate-cli as a function: arguments in, exit status out.
// Status: 0 done, 1 failed (one line on standard error: what, where, what to do), 2 wrong usage.
// Threads: main() only.
#pragma once

namespace engine {

[[nodiscard]] int runCommandLine(int argc, char** argv);

} // namespace engine
