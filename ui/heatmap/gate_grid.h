// gate_grid.h: the numbers behind the heatmap: columns are tokens of one run, rows are either layers (one
// statistic over a layer's channels) or the channels of one layer. Where every source has a gate of its own,
// a layer has a row for each, of so many groups of channels; "layer" below is then such a row. Reads the run
// history in place, so nothing is copied while a run grows.
// Threads: GUI thread only.
#pragma once

#include "app/runs/run_history.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>

namespace ui {

enum class GateStatistic { Mean, Deviation, P10, Median, P90, ShareOpen };

// For lists and the legend: "Mean", "10th percentile", ...
[[nodiscard]] QString nameOf(GateStatistic statistic);

class GateGrid {
public:
    // At most this many rows are drawn; a wider layer shows the means of neighbouring channels.
    static constexpr int kMostRows = 512;

    explicit GateGrid(const app::RunHistory& runs)
        : m_runs(runs) {}

    void setRun(app::RunId run); // shows layers
    void setStatistic(GateStatistic statistic) { m_statistic = statistic; }
    void showLayers() { m_layer.reset(); }
    // Channels of a layer. `stored` is used where the run's gates in memory hold no channels.
    void showChannels(int layer) { m_layer = layer; }
    void setStoredChannels(const app::ChannelMap& stored) { m_stored = stored; }

    [[nodiscard]] app::RunId run() const { return m_run; }
    [[nodiscard]] GateStatistic statistic() const { return m_statistic; }
    [[nodiscard]] std::optional<int> layer() const { return m_layer; } // nothing: layers are the rows

    [[nodiscard]] int columns() const;
    [[nodiscard]] int rows() const;
    [[nodiscard]] int layers() const;
    // 1, unless every source has a gate of its own.
    [[nodiscard]] int rowsOfALayer() const;
    // "3", or "3 h-1"; 0 <= layer < layers().
    [[nodiscard]] QString layerName(int layer) const;
    // 1, unless there are more than kMostRows channels.
    [[nodiscard]] int channelsPerRow() const;
    // In 0..1. 0 <= column < columns(), 0 <= row < rows().
    [[nodiscard]] float value(int column, int row) const;

    // The words of a token, with spaces and line ends made visible.
    [[nodiscard]] QString tokenText(int column) const;

private:
    [[nodiscard]] const app::GateFrames* frames() const { return m_runs.gates(m_run); }
    [[nodiscard]] QStringList rowNames() const; // of a layer's rows; none where it has one
    [[nodiscard]] int width() const;
    [[nodiscard]] float channel(int column, int channel) const;

    const app::RunHistory& m_runs;
    app::RunId m_run = 0;
    GateStatistic m_statistic = GateStatistic::Mean;
    std::optional<int> m_layer;
    app::ChannelMap m_stored;
};

// A copy of a whole grid that another thread may format.
struct GateTable {
    QStringList columns; // words of the tokens
    QStringList rows;    // "layer 0", ..., or "channel 0", ...
    QList<float> values; // [column][row], last index fastest
};
[[nodiscard]] GateTable tableOf(const GateGrid& grid);

// Comma-separated values: a header line, then one line per token. Any thread.
[[nodiscard]] QByteArray toCsv(const GateTable& table);

} // namespace ui
