// gate_grid_test.cpp: the numbers of the heatmap and the names of its rows, without a window.
#include "ui/heatmap/gate_grid.h"

#include "app/document/document.h"
#include "tests/app/support/packed_summary.h"
#include "ui/heatmap/heatmap_plot.h"
#include "ui/heatmap/heatmap_words.h"
#include "ui/heatmap/row_ticker.h"

#include <QTest>

using namespace ui;
using app::GateFrames;

class GateGridTest : public QObject {
    Q_OBJECT

private slots:
    // A layer has a row for every source whose gates are its own.
    void rowsOfSourcesAreNamed() {
        app::Document story;
        app::RunHistory runs(story);
        app::RunRecord record;
        record.id = 1;
        runs.add(record);
        app::ModelInfo model;
        model.layers = 2;
        model.gateRows = {QStringLiteral("h-1"), QStringLiteral("mean:0.9"), QStringLiteral("x0")};
        runs.describe(1, model, app::Prompt(), 0, 0);
        GateFrames frames;
        frames.layers = 6;
        frames.width = 4;
        for (int row = 0; row < 6; ++row) {
            app::GateSummary summary;
            summary.mean = static_cast<float>(row) / 10;
            frames.summaries += test::packed(summary);
        }
        frames.channelCodes = QByteArray(24, '\x33');
        runs.append(1, QStringLiteral("x"), {{7, 0, 1, 1}}, frames);
        GateGrid grid(runs);
        grid.setRun(1);
        QCOMPARE(grid.rows(), 6);
        QCOMPARE(grid.rowsOfALayer(), 3);
        QCOMPARE(tableOf(grid).rows, (QStringList{"layer 0 h-1", "layer 0 mean:0.9", "layer 0 x0",
                                                  "layer 1 h-1", "layer 1 mean:0.9", "layer 1 x0"}));
        QCOMPARE(describe(grid, {0, 4}), QStringLiteral("“x”  layer 1 mean:0.9:  mean 0.400"));
        RowTicker ticker(grid);
        QVector<double> ticks;
        QVector<QString> labels;
        ticker.generate(QCPRange(-0.5, 5.5), QLocale::c(), u'f', 0, ticks, nullptr, &labels);
        QVERIFY(labels.contains(QStringLiteral("1 x0")));
        grid.showChannels(4);
        QCOMPARE(grid.rows(), 4);
        QCOMPARE(grid.value(0, 3), 0.2F);
        QCOMPARE(describe(grid, {0, 3}), QStringLiteral("“x”  layer 1 mean:0.9, channel 3:  0.200"));
    }

    void wideLayersAreFoldedToABoundedNumberOfRows() {
        app::Document story;
        app::RunHistory runs(story);
        app::RunRecord record;
        record.id = 1;
        runs.add(record);
        GateFrames frames;
        frames.layers = 1;
        frames.width = 2048;
        frames.summaries = test::packed({});
        QByteArray codes;
        for (int c = 0; c < frames.width; ++c) {
            codes.append(static_cast<char>(c / 8)); // 0 .. 255
        }
        frames.channelCodes = codes;
        runs.append(1, QStringLiteral("x"), {{7, 0, 1, 1}}, frames);
        GateGrid grid(runs);
        grid.setRun(1);
        grid.showChannels(0);
        QCOMPARE(grid.channelsPerRow(), 4);
        QCOMPARE(grid.rows(), GateGrid::kMostRows);
        QCOMPARE(grid.value(0, 511), 1.0F);
        QCOMPARE(grid.value(0, 2), 1.0F / 255.0F);
    }
};

QTEST_GUILESS_MAIN(GateGridTest)
#include "gate_grid_test.moc"
