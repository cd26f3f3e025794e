// man_page.h: the commands and options of inkgate-cli as sections of a manual page (man(7)); the sections
// before and after are in installer/man/inkgate-cli.1.in.
// Threads: any.
#pragma once

#include "engine/cli/description/command_description.h"

#include <string>
#include <vector>

namespace engine {

[[nodiscard]] std::string manSections(const std::vector<CommandDescription>& commands);

} // namespace engine
