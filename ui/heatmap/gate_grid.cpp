#include "ui/heatmap/gate_grid.h"

#include <QCoreApplication>

#include <algorithm>

namespace ui {

QString nameOf(GateStatistic statistic) {
    switch (statistic) {
    case GateStatistic::Mean: return QCoreApplication::translate("ui::GateGrid", "Mean");
    case GateStatistic::Deviation: return QCoreApplication::translate("ui::GateGrid", "Standard deviation");
    case GateStatistic::P10: return QCoreApplication::translate("ui::GateGrid", "10th percentile");
    case GateStatistic::Median: return QCoreApplication::translate("ui::GateGrid", "Median");
    case GateStatistic::P90: return QCoreApplication::translate("ui::GateGrid", "90th percentile");
    case GateStatistic::ShareOpen: return QCoreApplication::translate("ui::GateGrid", "Share above 0.5");
    }
    return {};
}

void GateGrid::setRun(app::RunId run) {
    m_run = run;
    m_layer.reset();
    m_stored = {};
}

int GateGrid::width() const {
    const app::GateFrames* const gates = frames();
    return gates != nullptr && gates->hasChannels() ? gates->width : m_stored.width;
}

int GateGrid::columns() const {
    const app::GateFrames* const gates = frames();
    if (!m_layer || (gates != nullptr && gates->hasChannels())) {
        return gates != nullptr ? gates->tokenCount() : 0;
    }
    return m_stored.layer == *m_layer ? m_stored.tokens : 0;
}

int GateGrid::layers() const {
    const app::GateFrames* const gates = frames();
    return gates != nullptr ? gates->layers : 0;
}

QStringList GateGrid::rowNames() const {
    const app::RunRecord* const record = m_runs.run(m_run);
    const QStringList names = record != nullptr ? record->model.gateRows : QStringList();
    const bool fits = !names.isEmpty() && layers() % names.size() == 0;
    return fits ? names : QStringList();
}

int GateGrid::rowsOfALayer() const { return std::max(1, static_cast<int>(rowNames().size())); }

QString GateGrid::layerName(int layer) const {
    const QStringList names = rowNames();
    if (names.isEmpty()) {
        return QString::number(layer);
    }
    const auto count = static_cast<int>(names.size());
    return QStringLiteral("%1 %2").arg(layer / count).arg(names[layer % count]);
}

int GateGrid::rows() const {
    if (!m_layer) {
        return layers();
    }
    const int perRow = channelsPerRow();
    return (width() + perRow - 1) / perRow;
}

int GateGrid::channelsPerRow() const {
    return m_layer ? std::max(1, (width() + kMostRows - 1) / kMostRows) : 1;
}

float GateGrid::channel(int column, int channel) const {
    const app::GateFrames* const gates = frames();
    if (gates != nullptr && gates->hasChannels()) {
        const qsizetype at = (qsizetype{column} * gates->layers + *m_layer) * gates->width + channel;
        return static_cast<float>(gates->channelCodes[at]) / 255.0F;
    }
    return m_stored.at(column, channel);
}

float GateGrid::value(int column, int row) const {
    if (m_layer) {
        const int perRow = channelsPerRow();
        const int end = std::min(width(), (row + 1) * perRow);
        float sum = 0;
        for (int c = row * perRow; c < end; ++c) {
            sum += channel(column, c);
        }
        return sum / static_cast<float>(end - row * perRow);
    }
    const app::GateSummary summary = frames()->at(column, row);
    switch (m_statistic) {
    case GateStatistic::Mean: return summary.mean;
    case GateStatistic::Deviation: return summary.standardDeviation;
    case GateStatistic::P10: return summary.percentile10;
    case GateStatistic::Median: return summary.median;
    case GateStatistic::P90: return summary.percentile90;
    case GateStatistic::ShareOpen: return summary.shareAboveHalf;
    }
    return 0;
}

QString GateGrid::tokenText(int column) const {
    const app::RunRecord* const record = m_runs.run(m_run);
    if (record == nullptr || column < 0 || column >= record->tokens.size()) {
        return {};
    }
    const app::RunToken& token = record->tokens[column];
    QString text = record->text.mid(token.start, token.end - token.start);
    text.replace(u'\n', QChar(0x21b5));                    // ↵
    text.replace(u' ', QChar(0x00b7));                     // ·
    return text.isEmpty() ? QString(QChar(0x2026)) : text; // …: the token ends inside a character
}

GateTable tableOf(const GateGrid& grid) {
    GateTable table;
    const int rows = grid.rows();
    for (int row = 0; row < rows; ++row) {
        table.rows.append(grid.layer() ? QStringLiteral("channel %1").arg(row * grid.channelsPerRow())
                                       : QStringLiteral("layer %1").arg(grid.layerName(row)));
    }
    table.values.reserve(qsizetype{grid.columns()} * rows);
    for (int column = 0; column < grid.columns(); ++column) {
        table.columns.append(grid.tokenText(column));
        for (int row = 0; row < rows; ++row) {
            table.values.append(grid.value(column, row));
        }
    }
    return table;
}

QByteArray toCsv(const GateTable& table) {
    QByteArray csv = "token,text";
    for (const QString& row : table.rows) {
        csv += ',' + row.toUtf8();
    }
    csv += '\n';
    for (qsizetype column = 0; column < table.columns.size(); ++column) {
        QString text = table.columns[column];
        text.replace(u'"', QLatin1String("\"\""));
        csv += QByteArray::number(column) + ",\"" + text.toUtf8() + '"';
        for (qsizetype row = 0; row < table.rows.size(); ++row) {
            csv += ',' + QByteArray::number(table.values[column * table.rows.size() + row], 'f', 4);
        }
        csv += '\n';
    }
    return csv;
}

} // namespace ui
