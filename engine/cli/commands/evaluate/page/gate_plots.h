// gate_plots.h: plots of gates by class of token, as SVG (svg.h).
// Threads: pure functions.
#pragma once

#include "engine/evaluation/gates/gates_by_class.h"

#include <string>

namespace engine {

// A row for each class: the mean gate over all layers as a dot, its 95 % interval as a line.
[[nodiscard]] std::string gateOverviewPlot(const GatesByClass& gates);

// A small plot for each class that has tokens, all to one scale: the mean gate by layer, its interval as a
// band, and that of all tokens as a dashed line to compare with.
[[nodiscard]] std::string gateLayerPlots(const GatesByClass& gates);

} // namespace engine
