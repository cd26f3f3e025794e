// The small parts: buttons, fields, boxes to tick, marks, and the grounds of surfaces.
#include "ui/theme/flat_shapes.h"
#include "ui/theme/flat_style.h"

#include <QAbstractSpinBox>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QRadioButton>
#include <QStyleOption>

#include <cmath>

namespace ui {

namespace {

bool isOn(const QStyleOption& option, QStyle::StateFlag flag) { return option.state.testFlag(flag); }

bool isHovered(const QStyleOption& option) {
    return isOn(option, QStyle::State_MouseOver) && isOn(option, QStyle::State_Enabled);
}

// The line of a spin box or an editable combo box, which draws the field itself.
bool isInsideOfAField(const QWidget* widget) {
    const QWidget* const parent = widget != nullptr ? widget->parentWidget() : nullptr;
    return qobject_cast<const QAbstractSpinBox*>(parent) != nullptr ||
           qobject_cast<const QComboBox*>(parent) != nullptr;
}

} // namespace

void FlatStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                              const QWidget* widget) const {
    if (!drawPart(element, *option, *painter, widget) && !drawSurface(element, *option, *painter, widget) &&
        !drawMark(element, *option, *painter))
        QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void FlatStyle::drawButton(const QStyleOption& option, QPainter& painter) const {
    const auto* const button = qstyleoption_cast<const QStyleOptionButton*>(&option);
    const bool isDefault = button != nullptr && isOn(option, State_Enabled) &&
                           button->features.testFlag(QStyleOptionButton::DefaultButton);
    const bool isFlat = button != nullptr && button->features.testFlag(QStyleOptionButton::Flat);
    const bool isDown = isOn(option, State_Sunken) || isOn(option, State_On);
    const QRectF rect(option.rect);
    if (isDefault) {
        const QColor ground = isDown || isHovered(option) ? m_colours->accent.darker(112) : m_colours->accent;
        fillRounded(painter, rect, ground);
        if (isOn(option, State_HasFocus))
            strokeRounded(painter, rect.adjusted(2, 2, -2, -2), m_colours->onAccent, 1.5, kCornerRadius - 1);
        return;
    }
    if (isDown)
        fillRounded(painter, rect, m_colours->selection);
    else if (isHovered(option))
        fillRounded(painter, rect, m_colours->buttonHover);
    else if (!isFlat)
        fillRounded(painter, rect, m_colours->button);
    if (isOn(option, State_HasFocus))
        drawFocusRing(painter, rect, m_colours->accent);
}

void FlatStyle::drawToolButton(const QStyleOption& option, QPainter& painter) const {
    const QRectF rect(option.rect);
    if (isOn(option, State_Sunken) || isOn(option, State_On))
        fillRounded(painter, rect, m_colours->selection);
    else if (isHovered(option))
        fillRounded(painter, rect, m_colours->buttonHover);
    else if (!isOn(option, State_AutoRaise))
        fillRounded(painter, rect, m_colours->button);
}

void FlatStyle::drawField(const QStyleOption& option, const QRect& rect, QPainter& painter,
                          bool hasKeys) const {
    const bool isEnabled = isOn(option, State_Enabled);
    fillRounded(painter, QRectF(rect), isEnabled ? m_colours->page : m_colours->window);
    if (hasKeys)
        drawFocusRing(painter, QRectF(rect), m_colours->accent);
    else
        strokeRounded(painter, QRectF(rect), isEnabled ? m_colours->outline : m_colours->border);
}

void FlatStyle::drawIndicator(const QStyleOption& option, QPainter& painter, bool isRound) const {
    QRectF rect(option.rect);
    if (rect.width() > rect.height())
        rect.setWidth(rect.height());
    else
        rect.setHeight(rect.width());
    const double radius = isRound ? rect.width() / 2 : 3;
    const bool isEnabled = isOn(option, State_Enabled);
    const bool isSet = isOn(option, State_On) || isOn(option, State_NoChange);
    if (!isSet) {
        fillRounded(painter, rect, isEnabled ? m_colours->page : m_colours->window, radius);
        const QColor line = isEnabled ? m_colours->outline : m_colours->border;
        strokeRounded(painter, rect, isHovered(option) ? m_colours->accent : line, 1, radius);
        return;
    }
    fillRounded(painter, rect, isEnabled ? m_colours->accent : m_colours->border, radius);
    const QColor mark = isEnabled ? m_colours->onAccent : m_colours->window;
    if (isRound)
        fillRounded(painter, rect.adjusted(5, 5, -5, -5), mark, radius);
    else if (isOn(option, State_NoChange))
        fillRounded(painter, QRectF(rect.left() + 4, rect.center().y() - 1, rect.width() - 8, 2), mark, 1);
    else
        drawTick(painter, rect, mark);
}

bool FlatStyle::drawPart(PrimitiveElement element, const QStyleOption& option, QPainter& painter,
                         const QWidget* widget) const {
    switch (element) {
    case PE_PanelButtonCommand:
    case PE_PanelButtonBevel: drawButton(option, painter); return true;
    case PE_FrameDefaultButton: return true;
    case PE_PanelButtonTool: drawToolButton(option, painter); return true;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: drawIndicator(option, painter, false); return true;
    case PE_IndicatorRadioButton: drawIndicator(option, painter, true); return true;
    case PE_FrameFocusRect: {
        if (qobject_cast<const QPushButton*>(widget) != nullptr)
            return true; // part of its ground
        // Around words that stand free, the ring needs some air.
        const bool isFree = qobject_cast<const QCheckBox*>(widget) != nullptr ||
                            qobject_cast<const QRadioButton*>(widget) != nullptr;
        drawFocusRing(painter, QRectF(option.rect).adjusted(isFree ? -3 : 0, 0, isFree ? 3 : 0, 0),
                      m_colours->accent);
        return true;
    }
    case PE_PanelLineEdit: {
        const auto* const frame = qstyleoption_cast<const QStyleOptionFrame*>(&option);
        if (frame != nullptr && frame->lineWidth > 0)
            drawField(option, option.rect, painter, isOn(option, State_HasFocus));
        else if (!isInsideOfAField(widget))
            painter.fillRect(option.rect, option.palette.base());
        return true;
    }
    case PE_FrameLineEdit: return true; // part of the panel
    default: return false;
    }
}

bool FlatStyle::drawSurface(PrimitiveElement element, const QStyleOption& option, QPainter& painter,
                            const QWidget* widget) const {
    const QRect& rect = option.rect;
    switch (element) {
    case PE_Frame: // around lists and texts
        if (const auto* const frame = qstyleoption_cast<const QStyleOptionFrame*>(&option);
            frame != nullptr && frame->lineWidth > 0) {
            const bool hasKeys = isOn(option, State_HasFocus) || (widget != nullptr && widget->hasFocus());
            strokeRounded(painter, QRectF(rect), hasKeys ? m_colours->accent : m_colours->outline, 1, 2);
        }
        return true;
    case PE_FrameWindow:
    case PE_FrameTabWidget:
    case PE_FrameMenu: strokeRounded(painter, QRectF(rect), m_colours->border, 1, 0); return true;
    case PE_PanelMenu: painter.fillRect(rect, m_colours->page); return true;
    case PE_PanelMenuBar:
    case PE_FrameStatusBarItem:
    case PE_FrameDockWidget:
    case PE_FrameGroupBox:
    case PE_PanelScrollAreaCorner:
    case PE_IndicatorToolBarHandle: return true;
    case PE_PanelStatusBar:
        painter.fillRect(rect, m_colours->window);
        painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), m_colours->border);
        return true;
    case PE_PanelToolBar: painter.fillRect(rect, m_colours->window); return true;
    case PE_PanelTipLabel:
        painter.fillRect(rect, m_colours->page);
        strokeRounded(painter, QRectF(rect), m_colours->outline, 1, 0);
        return true;
    case PE_Widget:
        if (widget != nullptr && widget->testAttribute(Qt::WA_StyledBackground)) {
            painter.fillRect(rect,
                             widget->property("problem").toBool() ? m_colours->problem : m_colours->window);
            painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), m_colours->border);
        }
        return true;
    case PE_PanelItemViewRow: return true; // each cell has its own ground
    case PE_PanelItemViewItem: {
        const auto* const item = qstyleoption_cast<const QStyleOptionViewItem*>(&option);
        if (item != nullptr && item->backgroundBrush.style() != Qt::NoBrush)
            painter.fillRect(rect, item->backgroundBrush);
        if (isOn(option, State_Selected))
            painter.fillRect(rect, m_colours->selection);
        else if (isHovered(option))
            painter.fillRect(rect, m_colours->button);
        return true;
    }
    default: return false;
    }
}

bool FlatStyle::drawMark(PrimitiveElement element, const QStyleOption& option, QPainter& painter) const {
    const QRectF rect(option.rect);
    const QColor ink = inkOf(option);
    switch (element) {
    case PE_IndicatorArrowUp:
    case PE_IndicatorSpinUp: drawChevron(painter, rect, Qt::UpArrow, ink); return true;
    case PE_IndicatorArrowDown:
    case PE_IndicatorSpinDown:
    case PE_IndicatorButtonDropDown: drawChevron(painter, rect, Qt::DownArrow, ink); return true;
    case PE_IndicatorArrowLeft: drawChevron(painter, rect, Qt::LeftArrow, ink); return true;
    case PE_IndicatorArrowRight:
    case PE_IndicatorColumnViewArrow: drawChevron(painter, rect, Qt::RightArrow, ink); return true;
    case PE_IndicatorHeaderArrow:
        if (const auto* const header = qstyleoption_cast<const QStyleOptionHeader*>(&option))
            drawChevron(painter, rect,
                        header->sortIndicator == QStyleOptionHeader::SortUp ? Qt::UpArrow : Qt::DownArrow,
                        m_colours->quietInk);
        return true;
    case PE_IndicatorBranch:
        if (isOn(option, State_Children))
            drawChevron(painter, rect, isOn(option, State_Open) ? Qt::DownArrow : Qt::RightArrow,
                        m_colours->quietInk);
        return true;
    case PE_IndicatorMenuCheckMark: drawTick(painter, rect, ink); return true;
    case PE_IndicatorTabClose: drawCross(painter, rect, ink); return true;
    case PE_IndicatorProgressChunk: painter.fillRect(rect, m_colours->accent); return true;
    case PE_IndicatorToolBarSeparator: {
        const bool isUpright = isOn(option, State_Horizontal);
        const QPointF middle = rect.center();
        painter.fillRect(isUpright ? QRectF(qRound(middle.x()), rect.top() + 5, 1, rect.height() - 10)
                                   : QRectF(rect.left() + 5, qRound(middle.y()), rect.width() - 10, 1),
                         m_colours->border);
        return true;
    }
    case PE_IndicatorDockWidgetResizeHandle: {
        // The line lies in the middle of what the mouse can take hold of.
        const bool isUpright = rect.height() > rect.width();
        painter.fillRect(rect, m_colours->window);
        const QPointF middle = rect.center();
        const double width = isHovered(option) ? 3 : 1;
        painter.fillRect(
            isUpright ? QRectF(std::floor(middle.x() - width / 2 + 0.5), rect.top(), width, rect.height())
                      : QRectF(rect.left(), std::floor(middle.y() - width / 2 + 0.5), rect.width(), width),
            isHovered(option) ? m_colours->accent : m_colours->border);
        return true;
    }
    default: return false;
    }
}

} // namespace ui
