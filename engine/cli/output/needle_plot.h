// needle_plot.h: how often a model found needles, as a picture: lengths across, depths down, and in each
// field the share of keys that were right. SVG, in light colours, or dark ones where the viewer says so.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/evaluation/needles/needle_accuracy.h"

#include <filesystem>
#include <span>
#include <string>

namespace engine {

// `cells` as measureNeedles() gives them: of every length the same depths.
[[nodiscard]] std::string needlePlot(std::span<const NeedleCell> cells, const std::string& title);

// Complete or not at all. Errors: WriteFailed.
[[nodiscard]] Expected<void> plotNeedles(std::span<const NeedleCell> cells, const std::string& title,
                                         const std::filesystem::path& picture);

} // namespace engine
