// standard_output.h: standard output ends a command when it cannot be written any more, because whoever read
// it has gone or the disk is full. Nobody would get the rest, and a result that ends early must not look like
// one.
// Threads: main() only.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace engine {

// Calls `action`, in which the first write that fails ends it by an exception (std::ios_base::failure through
// std::cout), and writes what is left in buffers. Returns a sentence if something could not be written.
[[nodiscard]] std::optional<std::string> withStandardOutput(const std::function<void()>& action);

// Makes sure that the three standard streams are open, so that no file of ours is opened in the place of one.
// Call it first in main().
void openStandardStreams();

} // namespace engine
