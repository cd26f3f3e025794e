// models_command.h: `inkgate-cli models list|get|remove|verify`: the model library without a window. It is
// the same library as the window's: the same folder, the same catalogue.
// Threads: main() only.
#pragma once

#include "engine/cli/commands/commands.h"

namespace app {

void addModelsCommand(CLI::App& app, engine::CommandContext& context);

} // namespace app
