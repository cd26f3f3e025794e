// The heatmap under the mouse and the keys.
#include "ui/heatmap/heatmap_plot.h"

#include "ui/heatmap/gate_grid.h"

#include <algorithm>
#include <cmath>

namespace ui {

void HeatmapPlot::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        m_pressedAt = event->position();
        m_firstWhenPressed = m_first;
        m_wasDragged = false;
    }
}

void HeatmapPlot::mouseMoveEvent(QMouseEvent* event) {
    if (m_pressedAt && (event->buttons() & Qt::LeftButton) != 0) {
        const double moved = event->position().x() - m_pressedAt->x();
        if (m_wasDragged || std::abs(moved) > QApplication::startDragDistance()) {
            m_wasDragged = true;
            const double columns = moved * m_count / std::max(1, plotArea().width());
            scrollTo(m_firstWhenPressed - static_cast<int>(std::lround(columns)));
        }
        return;
    }
    const bool isOnLabel = event->position().x() < plotArea().left() && !m_grid.layer() && m_grid.rows() > 0;
    setCursor(isOnLabel ? Qt::PointingHandCursor : Qt::ArrowCursor);
    emit cellHovered(cellAt(event->position()));
}

void HeatmapPlot::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressedAt) {
        return;
    }
    m_pressedAt.reset();
    if (m_wasDragged) {
        return;
    }
    if (const auto cell = cellAt(event->position())) {
        emit cellClicked(*cell);
    } else if (event->position().x() < plotArea().left() && !m_grid.layer()) {
        const auto row = static_cast<int>(std::lround(yAxis->pixelToCoord(event->position().y())));
        if (row >= 0 && row < m_grid.rows()) {
            emit rowOpened(row);
        }
    }
}

void HeatmapPlot::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const auto cell = cellAt(event->position()); cell && !m_grid.layer()) {
        emit rowOpened(cell->row);
    }
}

void HeatmapPlot::wheelEvent(QWheelEvent* event) {
    const QPoint delta = event->angleDelta();
    if (event->modifiers() == Qt::ShiftModifier || std::abs(delta.x()) > std::abs(delta.y())) {
        const int along = delta.x() != 0 ? delta.x() : delta.y();
        scrollTo(m_first - static_cast<int>(std::lround(along / 120.0 * std::max(1, m_count / 10))));
    } else {
        const int count =
            std::clamp(static_cast<int>(std::lround(m_count * std::pow(0.8, delta.y() / 120.0))),
                       kFewestColumns, kMostColumns);
        // The token under the mouse stays under the mouse.
        const double share = (event->position().x() - plotArea().left()) /
                             static_cast<double>(std::max(1, plotArea().width()));
        const double fixed = m_first + std::clamp(share, 0.0, 1.0) * m_count;
        const int first = static_cast<int>(std::lround(fixed - std::clamp(share, 0.0, 1.0) * count));
        const int most = std::max(0, m_grid.columns() - count);
        m_isFollowing = m_isFollowing && first >= most;
        setSight(std::clamp(first, 0, most), count);
    }
    event->accept();
}

void HeatmapPlot::leaveEvent(QEvent* event) {
    emit cellHovered(std::nullopt);
    QCustomPlot::leaveEvent(event);
}

void HeatmapPlot::keyPressEvent(QKeyEvent* event) {
    if (m_grid.columns() == 0 || m_grid.rows() == 0) {
        QCustomPlot::keyPressEvent(event);
        return;
    }
    GateCell cell = m_locked.value_or(GateCell{std::min(m_first + m_count, m_grid.columns()) - 1, 0});
    switch (event->key()) {
    case Qt::Key_Left: --cell.column; break;
    case Qt::Key_Right: ++cell.column; break;
    case Qt::Key_Up: ++cell.row; break;
    case Qt::Key_Down: --cell.row; break;
    case Qt::Key_Home: cell.column = 0; break;
    case Qt::Key_End: cell.column = m_grid.columns() - 1; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_locked && !m_grid.layer()) {
            emit rowOpened(m_locked->row);
        }
        return;
    default: QCustomPlot::keyPressEvent(event); return;
    }
    cell.column = std::clamp(cell.column, 0, m_grid.columns() - 1);
    cell.row = std::clamp(cell.row, 0, m_grid.rows() - 1);
    reveal(cell.column);
    emit cellClicked(cell);
}

} // namespace ui
