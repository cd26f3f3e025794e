// report_page.h: the figures of evaluate as one HTML page: tables and plots. It needs no other file and no
// script, and follows the reader's choice of light or dark.
// Threads: pure function.
#pragma once

#include "engine/cli/commands/evaluate/model_figures.h"

#include <string>

namespace engine {

[[nodiscard]] std::string reportPage(const Evaluation& evaluation);

} // namespace engine
