// gates_csv.h: gates by class as a table for other programs: comma-separated, one line for each model, class
// and layer, with the columns model, class, layer, tokens, mean, low, high. Layers are counted from 0;
// "all" is the mean over them. Classes without tokens have no lines; "all" is all tokens. Text with commas
// or quotes stands in quotes (RFC 4180).
// Threads: pure function.
#pragma once

#include "engine/cli/commands/evaluate/model_figures.h"

#include <string>
#include <vector>

namespace engine {

[[nodiscard]] std::string gatesCsv(const std::vector<ModelFigures>& models);

} // namespace engine
