// gate_layout.h: how many gates a model has, and in which rows: what sinks are handed, traces keep and the
// heatmap shows.
// Source:  docs/spec/enhanced-rwkv.md sections 2, 3 and 3a.
// Rows:    most enhancements have one row per layer, of a gate per channel. With a gate for every source a
//          layer has a row for each source, of a gate per group of channels; within a layer they stand in the
//          order of the sources.
// Threads: values.
#pragma once

#include "engine/model/config.h"

#include <cstddef>
#include <string>
#include <vector>

namespace engine {

struct GateLayout {
    int layers = 0;
    int rowsPerLayer = 1;
    int rowWidth = 0; // gates in a row

    [[nodiscard]] constexpr int rows() const { return layers * rowsPerLayer; } // per token
    [[nodiscard]] constexpr int layerWidth() const { return rowsPerLayer * rowWidth; }

    bool operator==(const GateLayout&) const = default;
};

[[nodiscard]] inline GateLayout gateLayout(const ModelConfig& config) {
    if (config.enhancement.variant != EnhancementConfig::Variant::SourceGates)
        return {config.layers, 1, config.width};
    return {config.layers, static_cast<int>(config.enhancement.sources.size()), config.width / kGateGroup};
}

// What the rows of a layer are about: the names of the sources; none where a layer has one row.
[[nodiscard]] inline std::vector<std::string> gateRowNames(const EnhancementConfig& config) {
    std::vector<std::string> names;
    if (config.variant == EnhancementConfig::Variant::SourceGates)
        for (const GateSource& source : config.sources)
            names.push_back(name(source));
    return names;
}

// Of a row among all of a token, beside the names of a layer's rows: "3", or "3 h-1".
[[nodiscard]] inline std::string gateRowLabel(int row, const std::vector<std::string>& names) {
    if (names.empty())
        return std::to_string(row);
    const auto count = static_cast<int>(names.size());
    return std::to_string(row / count) + " " + names[static_cast<std::size_t>(row % count)];
}

} // namespace engine
