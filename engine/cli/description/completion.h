// completion.h: scripts with which bash, zsh and fish complete the commands, options and values of
// inkgate-cli. Values of a fixed set are offered; where a text is wanted, names of files.
// Threads: any.
#pragma once

#include "engine/cli/description/command_description.h"

#include <string>
#include <vector>

namespace engine {

[[nodiscard]] std::string bashCompletion(const std::vector<CommandDescription>& commands);
[[nodiscard]] std::string zshCompletion(const std::vector<CommandDescription>& commands);
[[nodiscard]] std::string fishCompletion(const std::vector<CommandDescription>& commands);

} // namespace engine
