// row_frame.h: the ground of a row or card in a list that paints itself: calm where it is only chosen, with a
// ring of the accent where it has the keys.
// Threads: GUI thread only.
#pragma once

#include <QRect>

class QPainter;
class QStyleOptionViewItem;

namespace ui {

void drawRowFrame(QPainter& painter, const QStyleOptionViewItem& option, const QRect& frame);

} // namespace ui
