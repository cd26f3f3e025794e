#include "ui/theme/flat_shapes.h"

#include <QPainter>

#include <array>

namespace ui {

namespace {

constexpr double kRingWidth = 2;
constexpr double kChevronReach = 3.5; // from the middle to a tip
constexpr double kLineWidth = 1.4;

// Pen, brush and antialiasing as before when it goes.
class Kept {
public:
    explicit Kept(QPainter& painter)
        : m_painter(painter) {
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
    }
    ~Kept() { m_painter.restore(); }
    Q_DISABLE_COPY_MOVE(Kept)

private:
    QPainter& m_painter;
};

QPen roundPen(const QColor& colour) {
    return {colour, kLineWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin};
}

} // namespace

void fillRounded(QPainter& painter, const QRectF& rect, const QColor& colour, double radius) {
    const Kept kept(painter);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawRoundedRect(rect, radius, radius);
}

void strokeRounded(QPainter& painter, const QRectF& rect, const QColor& colour, double width, double radius) {
    const Kept kept(painter);
    painter.setPen(QPen(colour, width));
    painter.setBrush(Qt::NoBrush);
    const double inside = width / 2;
    painter.drawRoundedRect(rect.adjusted(inside, inside, -inside, -inside), radius, radius);
}

void drawFocusRing(QPainter& painter, const QRectF& rect, const QColor& accent) {
    strokeRounded(painter, rect, accent, kRingWidth);
}

void drawChevron(QPainter& painter, const QRectF& rect, Qt::ArrowType direction, const QColor& colour) {
    const Kept kept(painter);
    painter.translate(rect.center());
    constexpr std::array kDegrees{0, 180, 0, 90, -90}; // Qt::ArrowType: none, up, down, left, right
    painter.rotate(kDegrees.at(static_cast<std::size_t>(direction)));
    painter.setPen(roundPen(colour));
    const double half = kChevronReach / 2;
    const std::array points{QPointF(-kChevronReach, -half), QPointF(0, half), QPointF(kChevronReach, -half)};
    painter.drawPolyline(points.data(), static_cast<int>(points.size()));
}

void drawTick(QPainter& painter, const QRectF& rect, const QColor& colour) {
    const Kept kept(painter);
    QPen pen = roundPen(colour);
    pen.setWidthF(1.8);
    painter.setPen(pen);
    const double unit = rect.width() / 16;
    const QPointF corner = rect.topLeft();
    const std::array points{corner + QPointF(4, 8.4) * unit, corner + QPointF(7, 11.4) * unit,
                            corner + QPointF(12, 5) * unit};
    painter.drawPolyline(points.data(), static_cast<int>(points.size()));
}

void drawCross(QPainter& painter, const QRectF& rect, const QColor& colour) {
    const Kept kept(painter);
    painter.setPen(roundPen(colour));
    const QPointF middle = rect.center();
    painter.drawLine(middle - QPointF(kChevronReach, kChevronReach),
                     middle + QPointF(kChevronReach, kChevronReach));
    painter.drawLine(middle - QPointF(kChevronReach, -kChevronReach),
                     middle + QPointF(kChevronReach, -kChevronReach));
}

} // namespace ui
