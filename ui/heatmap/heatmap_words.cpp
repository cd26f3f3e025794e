#include "ui/heatmap/heatmap_words.h"

#include "app/runs/run_record.h"
#include "ui/heatmap/gate_grid.h"
#include "ui/heatmap/heatmap_plot.h"

#include <QCoreApplication>
#include <QLocale>

namespace ui {

namespace {

constexpr qsizetype kExcerpt = 32; // characters of a run's text in the list

QString tr(const char* text) { return QCoreApplication::translate("ui::HeatmapDock", text); }

} // namespace

QString labelOf(const app::RunRecord* record) {
    if (record == nullptr) {
        return {};
    }
    QString words = record->text.left(kExcerpt).simplified();
    if (record->text.size() > kExcerpt) {
        words += QChar(0x2026);
    }
    const QString time =
        QLocale().toString(record->startedAt.toLocalTime(), QStringLiteral("d MMM HH:mm:ss"));
    if (record->model.name.isEmpty()) {
        return time; // the model is still being loaded
    }
    const QString gate = record->model.gate.isEmpty() || record->model.gate == QLatin1String("none")
                             ? tr("base")
                             : record->model.gate;
    return tr("%1  %2, %3  %4").arg(time, record->model.name, gate, words);
}

QString describe(const GateGrid& grid, const GateCell& cell) {
    if (cell.column >= grid.columns() || cell.row >= grid.rows()) {
        return {};
    }
    const QString value = QLocale().toString(static_cast<double>(grid.value(cell.column, cell.row)), 'f', 3);
    const QString text = grid.tokenText(cell.column);
    if (grid.layer()) {
        return tr("“%1”  layer %2, channel %3:  %4")
            .arg(text)
            .arg(grid.layerName(*grid.layer()))
            .arg(cell.row * grid.channelsPerRow())
            .arg(value);
    }
    return tr("“%1”  layer %2:  %3 %4")
        .arg(text, grid.layerName(cell.row), nameOf(grid.statistic()).toLower(), value);
}

} // namespace ui
