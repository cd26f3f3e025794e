// heatmap_words.h: what the heatmap says of a run and of a cell.
// Threads: GUI thread only.
#pragma once

#include <QString>

namespace app {
struct RunRecord;
}

namespace ui {

class GateGrid;
struct GateCell;

// A run's line in the list of runs: when, which model, its first words. Empty for no run.
[[nodiscard]] QString labelOf(const app::RunRecord* record);
// The token, the layer or channel, and the value. Empty for a cell that is not there.
[[nodiscard]] QString describe(const GateGrid& grid, const GateCell& cell);

} // namespace ui
