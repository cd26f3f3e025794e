// flat_shapes.h: the few shapes that all controls are made of: rounded grounds, hairlines, rings, chevrons,
// ticks and crosses. All sizes in device-independent pixels.
// Threads: GUI thread only.
#pragma once

#include <QColor>
#include <QRectF>
#include <Qt>

class QPainter;

namespace ui {

constexpr double kCornerRadius = 4;

void fillRounded(QPainter& painter, const QRectF& rect, const QColor& colour, double radius = kCornerRadius);
// Inside of `rect`.
void strokeRounded(QPainter& painter, const QRectF& rect, const QColor& colour, double width = 1,
                   double radius = kCornerRadius);
// Says where the keys go.
void drawFocusRing(QPainter& painter, const QRectF& rect, const QColor& accent);
// In the middle of `rect`, however large that is.
void drawChevron(QPainter& painter, const QRectF& rect, Qt::ArrowType direction, const QColor& colour);
void drawTick(QPainter& painter, const QRectF& rect, const QColor& colour);
void drawCross(QPainter& painter, const QRectF& rect, const QColor& colour);

} // namespace ui
