// figures_table.h: the figures of evaluate as tables of text: models side by side, and gates by class.
// Threads: pure functions.
#pragma once

#include "engine/cli/commands/evaluate/model_figures.h"

#include <string>
#include <vector>

namespace engine {

struct FiguresTable {
    struct Row {
        std::string name;
        std::vector<std::string> cells; // [columns]; possibly empty ones
    };
    std::vector<std::string> columns; // their heads, without that of the names
    std::vector<Row> rows;
};

// A row for each figure that some model has, a column for each model, and `withPaper` two more for what the
// paper reports of its base and its enhanced model. Several models' times also stand as ratios to the
// first's.
[[nodiscard]] FiguresTable figuresTable(const Evaluation& evaluation, bool withPaper);
// Scores alone, under these heads.
[[nodiscard]] FiguresTable scoresTable(const std::vector<std::string>& heads,
                                       const std::vector<GenerationScores>& scores);

// A row for each class: its tokens, and the mean gate over all layers.
[[nodiscard]] FiguresTable gatesTable(const GatesByClass& gates);

// In columns for a terminal, each line with its end.
[[nodiscard]] std::string inColumns(const FiguresTable& table);

// "0.1234 [0.1200, 0.1270]": `decimals` behind the point.
[[nodiscard]] std::string withInterval(const Estimate& estimate, int decimals);

} // namespace engine
