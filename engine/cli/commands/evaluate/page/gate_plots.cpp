#include "engine/cli/commands/evaluate/page/gate_plots.h"

#include "engine/cli/commands/evaluate/figures_table.h"
#include "engine/cli/commands/evaluate/page/svg.h"

#include <algorithm>

namespace engine {

namespace {

using Anchor = Svg::Anchor;

std::string tokensText(const MeanGates& gates) {
    return std::to_string(gates.tokens) + (gates.tokens == 1 ? " token" : " tokens");
}

// Grows to hold intervals.
struct Range {
    double low = 1, high = 0;

    void include(const Estimate& estimate) {
        low = std::min({low, estimate.value, estimate.interval.low});
        high = std::max({high, estimate.value, estimate.interval.high});
    }
    // Some room at both ends; never nothing between them.
    [[nodiscard]] Range widened() const {
        const double room = std::max(0.06 * (high - low), 0.002);
        return {std::max(0.0, low - room), std::min(1.0, high + room)};
    }
};

void drawRow(Svg& svg, double y, std::string_view name, const MeanGates& gates, const Axis& axis) {
    constexpr double kNames = 190;
    svg.text(kNames, y + 4, name, "label", Anchor::End);
    if (!gates.allLayers) {
        svg.text(axis.first, y + 4, "no tokens", "muted", Anchor::Start);
        return;
    }
    const Estimate& gate = *gates.allLayers;
    svg.line(axis.at(gate.interval.low), y, axis.at(gate.interval.high), y, "whisker");
    svg.dot(axis.at(gate.value), y, 4.5,
            std::string(name) + ": " + withInterval(gate, 4) + ", " + tokensText(gates));
    svg.text(axis.last + 14, y + 4, fixedNumber(gate.value, 4), "label", Anchor::Start);
    svg.text(axis.last + 66, y + 4, tokensText(gates), "muted", Anchor::Start);
}

// One class by layer, or by the sources of each layer, in a square of its own.
class LayerPlot {
public:
    LayerPlot(const GatesByClass& gates, Range range)
        : m_layout(gates.layout)
        , m_rowNames(gates.rowNames)
        , m_x{0, std::max(1.0, static_cast<double>(gates.layout.rows() - 1)), 40, 250}
        , m_y{range.low, range.high, 160, 30} {}

    [[nodiscard]] std::string draw(std::string_view name, const MeanGates& gates,
                                   const MeanGates& all) const {
        Svg svg(264, 194, std::string(name) + ": mean gate by layer");
        svg.text(0, 16, name, "title", Anchor::Start);
        svg.text(260, 16, tokensText(gates), "muted", Anchor::End);
        drawAxes(svg);
        std::vector<Svg::Point> band, means, reference;
        const int rows = m_layout.rows();
        for (int row = 0; row < rows; ++row) {
            const auto index = static_cast<std::size_t>(row);
            const double x = m_x.at(row);
            band.push_back({x, m_y.at(gates.rows[index].interval.low)});
            means.push_back({x, m_y.at(gates.rows[index].value)});
            reference.push_back({x, m_y.at(all.rows[index].value)});
        }
        for (int row = rows - 1; row >= 0; --row)
            band.push_back({m_x.at(row), m_y.at(gates.rows[static_cast<std::size_t>(row)].interval.high)});
        svg.area(band, "band");
        svg.curve(reference, "reference");
        svg.curve(means, "mean");
        for (int row = 0; row < rows; ++row) {
            const auto index = static_cast<std::size_t>(row);
            svg.dot(means[index].x, means[index].y, rows > 30 ? 1.5 : 2.5,
                    "layer " + gateRowLabel(row, m_rowNames) + ": " + withInterval(gates.rows[index], 4));
        }
        return svg.finish();
    }

private:
    void drawAxes(Svg& svg) const {
        const Ticks heights = ticks(m_y.low, m_y.high, 4);
        for (const double value : heights.values) {
            svg.line(m_x.first, m_y.at(value), m_x.last, m_y.at(value), "grid");
            svg.text(m_x.first - 6, m_y.at(value) + 4, fixedNumber(value, heights.decimals), "muted",
                     Anchor::End);
        }
        const int step = std::max(1, (m_layout.layers + 5) / 6);
        for (int layer = 0; layer < m_layout.layers; layer += step)
            svg.text(m_x.at(layer * m_layout.rowsPerLayer), 176, std::to_string(layer), "muted",
                     Anchor::Middle);
        svg.text((m_x.first + m_x.last) / 2, 191, "layer", "muted", Anchor::Middle);
    }

    GateLayout m_layout;
    std::vector<std::string> m_rowNames;
    Axis m_x, m_y;
};

} // namespace

std::string gateOverviewPlot(const GatesByClass& gates) {
    constexpr double kRow = 26, kTop = 12;
    Range range;
    for (const MeanGates& means : gates.classes)
        if (means.allLayers)
            range.include(*means.allLayers);
    range = range.widened();
    const double bottom = kTop + kRow * static_cast<double>(kTokenClasses.size() + 1);
    Svg svg(760, bottom + 42, "Mean gate over all layers by class of token");
    const Axis axis{range.low, range.high, 206, 580};
    const Ticks places = ticks(range.low, range.high, 6);
    for (const double value : places.values) {
        svg.line(axis.at(value), kTop, axis.at(value), bottom, "grid");
        svg.text(axis.at(value), bottom + 16, fixedNumber(value, places.decimals), "muted", Anchor::Middle);
    }
    svg.text((axis.first + axis.last) / 2, bottom + 34, "mean gate over all layers", "muted", Anchor::Middle);
    double y = kTop + kRow / 2;
    for (std::size_t i = 0; i < kTokenClasses.size(); ++i, y += kRow)
        drawRow(svg, y, name(kTokenClasses[i]), gates.classes[i], axis);
    drawRow(svg, y, "all tokens", gates.all, axis);
    return svg.finish();
}

std::string gateLayerPlots(const GatesByClass& gates) {
    Range range;
    for (const MeanGates& means : gates.classes)
        for (const Estimate& row : means.rows)
            range.include(row);
    const LayerPlot plot(gates, range.widened());
    std::string plots = "<div class=\"panels\">\n";
    for (std::size_t i = 0; i < kTokenClasses.size(); ++i) {
        if (gates.classes[i].allLayers)
            plots += plot.draw(name(kTokenClasses[i]), gates.classes[i], gates.all);
    }
    return plots + "</div>\n";
}

} // namespace engine
