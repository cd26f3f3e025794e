// training_plot.h: the logs of trainings (engine/training/run/training_log.h) as a picture: training loss and
// validation over the tokens read, one line per log.
// The picture is SVG, in light colours, or dark ones where the viewer says so.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/training/run/training_log.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace engine {

struct PlottedLog {
    std::string name; // UTF-8
    std::vector<TrainingLogRow> rows;
};

// The beginning of a training, where losses are far from all that follow, may reach beyond the axes.
[[nodiscard]] std::string trainingPlot(std::span<const PlottedLog> logs);

// Reads the logs and writes their picture, complete or not at all. Errors: those of readTrainingLog();
// InvalidArgument if there is nothing in a log yet; WriteFailed.
[[nodiscard]] Expected<void> plotTrainings(const std::vector<std::filesystem::path>& logs,
                                           const std::filesystem::path& picture);

} // namespace engine
