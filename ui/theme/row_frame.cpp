#include "ui/theme/row_frame.h"

#include <QPainter>
#include <QStyleOptionViewItem>

namespace ui {

void drawRowFrame(QPainter& painter, const QStyleOptionViewItem& option, const QRect& frame) {
    const bool isChosen = option.state.testFlag(QStyle::State_Selected);
    const bool isUnderMouse = option.state.testFlag(QStyle::State_MouseOver);
    if (!isChosen && !isUnderMouse)
        return;
    // Of rows with the keys, the frame says which one they go to.
    const bool hasKeys = isChosen && option.state.testFlag(QStyle::State_HasFocus);
    QColor ground = option.palette.color(QPalette::Highlight);
    ground.setAlphaF(isChosen ? 0.6F : 0.25F);
    painter.setBrush(ground);
    painter.setPen(hasKeys ? QPen(option.palette.color(QPalette::Link), 2) : QPen(Qt::NoPen));
    painter.drawRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 4, 4);
}

} // namespace ui
