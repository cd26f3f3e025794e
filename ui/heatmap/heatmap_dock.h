// heatmap_dock.h: the gates of one run: run chooser, statistic, range, the map itself, and the way into one
// layer's channels. Where there is nothing to show it says why in one sentence, and offers the gated model.
// Threads: GUI thread only.
#pragma once

#include "ui/heatmap/gate_grid.h"
#include "ui/heatmap/heatmap_plot.h"

#include <QDockWidget>
#include <QThreadPool>

class QComboBox;
class QLabel;
class QPushButton;
class QScrollBar;
class QStackedWidget;
class QToolButton;

namespace ui {

class ElidedLabel;
class TokenSelection;

class HeatmapDock : public QDockWidget {
    Q_OBJECT

public:
    HeatmapDock(app::RunHistory& runs, TokenSelection& selection, QWidget* parent = nullptr);
    ~HeatmapDock() override; // waits for a file that is being written

    void setColours(const Colours& colours);
    // The picture (.png, .pdf, .svg), with the run's name above it, or the numbers (.csv, in the background),
    // by the name's ending; failed() if that cannot be.
    void write(const QString& path);
    // Leaves the channels of a layer. False if layers are shown already.
    bool back();
    void showChannels(int layer);

    [[nodiscard]] HeatmapPlot& plot() { return *m_plot; }
    [[nodiscard]] const GateGrid& grid() const { return m_grid; }
    [[nodiscard]] bool isExplaining() const; // nothing to show; explanation() says why
    [[nodiscard]] QString explanation() const;

signals:
    void gatedModelWanted();
    void branchWanted(const app::RunHistory::TokenPlace& token); // another way on behind it
    void failed(const QString& message, const QString& details);

private:
    QWidget* buildHeader();
    QWidget* buildEmptyPage();
    void connectRuns();
    void connectPlot();
    void showRun(app::RunId run);
    void refreshPage();
    void fillRuns();
    [[nodiscard]] QString captionOf() const;
    void onSelectionChanged();
    void onHovered(std::optional<GateCell> cell);
    void tell();
    void fitScrollBar();
    void showMenu(const QPoint& position);
    void exportAs(const QString& suffix, const QString& filter);
    void tellIfFailed(bool isWritten, const QString& path);

    app::RunHistory& m_runs;
    TokenSelection& m_selection;
    GateGrid m_grid;
    HeatmapPlot* m_plot = nullptr;
    QStackedWidget* m_pages = nullptr;
    QWidget* m_header = nullptr;
    QWidget* m_emptyPage = nullptr;
    QLabel* m_why = nullptr;
    QPushButton* m_useGated = nullptr;
    QComboBox* m_run = nullptr;
    QComboBox* m_statistic = nullptr;
    QComboBox* m_range = nullptr;
    QToolButton* m_back = nullptr;
    ElidedLabel* m_cell = nullptr; // the cell under the mouse, or the locked one, in words
    QScrollBar* m_scroll = nullptr;
    std::optional<GateCell> m_hoveredCell;
    int m_lockedRow = 0;
    QThreadPool m_pool;
};

} // namespace ui
