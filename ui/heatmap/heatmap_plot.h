// heatmap_plot.h: draws a GateGrid: a colour map with labelled axes and a legend, of a bounded stretch of
// tokens. Follows the newest token unless the reader has scrolled away. Wheel: zoom; Shift+wheel or drag:
// scroll. Arrow keys move the locked cell, Enter opens its layer. Repaints at most 30 times a second; marks
// have a layer of their own, so hovering does not redraw the map.
// Threads: GUI thread only.
#pragma once

#include "ui/theme/colours.h"

#include <QTimer>

#include <qcustomplot.h>

#include <optional>

namespace ui {

class GateGrid;

struct GateCell {
    int column = 0; // token
    int row = 0;    // layer, or row of channels

    bool operator==(const GateCell&) const = default;
};

class HeatmapPlot : public QCustomPlot {
    Q_OBJECT

public:
    static constexpr int kMostColumns = 600;
    static constexpr int kFewestColumns = 12;
    static constexpr int kFrameMs = 33;

    enum class ValueRange { Fixed, Automatic }; // 0..1, or what the tokens in sight reach

    HeatmapPlot(const GateGrid& grid, QWidget* parent = nullptr);

    void setColours(const Colours& colours);
    void setValueRange(ValueRange range);
    // The grid's numbers from `firstColumn` on are new.
    void gridGrew(int firstColumn);
    // Another run, statistic or layer: draws everything anew. `startOver` goes back to following the newest
    // token.
    void gridReplaced(bool startOver);

    void setHovered(std::optional<GateCell> cell); // row -1: the whole column
    void setLocked(std::optional<GateCell> cell);
    // Scrolls a column into sight.
    void reveal(int column);

    // The map as it is, with `caption` (lines of plain text) above it and without the mark under the mouse,
    // as .png, .pdf or .svg by the path's ending. False if it cannot be written.
    [[nodiscard]] bool savePicture(const QString& path, const QString& caption);

    [[nodiscard]] int firstColumn() const { return m_first; }
    [[nodiscard]] int columnsInSight() const { return m_count; }
    [[nodiscard]] bool isFollowing() const { return m_isFollowing; }
    void scrollTo(int firstColumn);
    [[nodiscard]] QRect plotArea() const;
    [[nodiscard]] std::optional<GateCell> cellAt(const QPointF& point) const;
    // Where a cell is drawn, in this widget's coordinates.
    [[nodiscard]] QPointF pointOf(const GateCell& cell) const;
    // Cells written into the map and complete map redraws since the start; tests hold growth to them.
    [[nodiscard]] qint64 cellsWritten() const { return m_cellsWritten; }
    [[nodiscard]] qint64 framesDrawn() const { return m_framesDrawn; }

signals:
    void cellHovered(std::optional<ui::GateCell> cell);
    void cellClicked(const ui::GateCell& cell);
    void rowOpened(int row); // a click on a row's label, Enter, or a double click
    void sightChanged();     // firstColumn() or columnsInSight() changed

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void schedule();
    void draw();
    void fillMap();
    void fitValueRange();
    void drawMarks();
    void setSight(int first, int count);
    void place(QCPItemRect& item, const std::optional<GateCell>& cell);

    const GateGrid& m_grid;
    QCPColorMap* m_map;
    QCPColorScale* m_scale;
    QCPItemRect* m_hoverItem;
    QCPItemRect* m_lockItem;
    QTimer m_frame;
    ValueRange m_range = ValueRange::Automatic; // trained gates rarely come near 1
    int m_first = 0;
    int m_count = 96;
    bool m_isFollowing = true;
    bool m_mapIsDirty = true;
    bool m_marksAreDirty = false;
    // What the map holds: cells of columns [m_first, m_filledEnd) are written, unless m_refill.
    bool m_refill = true;
    int m_filledEnd = 0;
    std::optional<GateCell> m_hovered;
    std::optional<GateCell> m_locked;
    std::optional<QPointF> m_pressedAt;
    int m_firstWhenPressed = 0;
    bool m_wasDragged = false;
    qint64 m_cellsWritten = 0;
    qint64 m_framesDrawn = 0;
};

} // namespace ui
