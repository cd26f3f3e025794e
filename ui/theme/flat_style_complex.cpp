// Controls of several parts: combo boxes, number boxes, sliders, scroll bars, groups.
#include "ui/theme/flat_shapes.h"
#include "ui/theme/flat_style.h"

#include <QAbstractScrollArea>
#include <QPainter>
#include <QStyleOption>
#include <QWidget>

#include <algorithm>

namespace ui {

namespace {

constexpr int kThumbGap = 3; // beside a scroll bar's thumb
constexpr int kGroove = 4;   // thickness of a slider's line
constexpr int kGroupTitleGap = 6;

QFont titleFont(const QWidget* widget, const QFont& fallback) {
    QFont font = widget != nullptr ? widget->font() : fallback;
    font.setWeight(QFont::DemiBold);
    return font;
}

// A scroll bar lies on what it scrolls, not in a ditch beside it.
QColor groundOf(const QStyleOption& option, const QWidget* bar) {
    for (const QWidget* widget = bar; widget != nullptr && !widget->isWindow();
         widget = widget->parentWidget())
        if (const auto* const area = qobject_cast<const QAbstractScrollArea*>(widget))
            return area->viewport()->palette().color(area->viewport()->backgroundRole());
    return option.palette.color(QPalette::Window);
}

} // namespace

void FlatStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                   QPainter* painter, const QWidget* widget) const {
    switch (control) {
    case CC_ComboBox: drawComboBox(*option, *painter); return;
    case CC_SpinBox: drawSpinBox(*option, *painter, widget); return;
    case CC_Slider: drawSlider(*option, *painter, widget); return;
    case CC_ScrollBar: drawScrollBar(*option, *painter, widget); return;
    case CC_GroupBox: drawGroupBox(*option, *painter, widget); return;
    case CC_ToolButton: drawWholeToolButton(*option, *painter, widget); return;
    default: QProxyStyle::drawComplexControl(control, option, painter, widget);
    }
}

// As Fusion does, but with the ring at its edge, and without an arrow where the whole button opens a menu.
void FlatStyle::drawWholeToolButton(const QStyleOptionComplex& option, QPainter& painter,
                                    const QWidget* widget) const {
    const auto* const button = qstyleoption_cast<const QStyleOptionToolButton*>(&option);
    if (button == nullptr)
        return;
    QStyleOptionToolButton plain = *button;
    plain.state.setFlag(State_HasFocus, false);
    if (plain.features.testFlag(QStyleOptionToolButton::Arrow))
        plain.state.setFlag(State_On, false); // a heading that is open says so by its arrow
    if (!plain.features.testFlag(QStyleOptionToolButton::PopupDelay) &&
        !plain.features.testFlag(QStyleOptionToolButton::MenuButtonPopup))
        plain.features.setFlag(QStyleOptionToolButton::HasMenu, false);
    QProxyStyle::drawComplexControl(CC_ToolButton, &plain, &painter, widget);
    if (option.state.testFlag(State_HasFocus))
        drawFocusRing(painter, QRectF(option.rect), m_colours->accent);
}

void FlatStyle::drawComboBox(const QStyleOptionComplex& option, QPainter& painter) const {
    const bool hasKeys = option.state.testFlag(State_HasFocus);
    drawField(option, option.rect, painter, hasKeys);
    const QRect arrow(option.direction == Qt::RightToLeft ? option.rect.left() + 4 : option.rect.right() - 22,
                      option.rect.top(), 18, option.rect.height());
    drawChevron(painter, QRectF(arrow), Qt::DownArrow, inkOf(option));
}

void FlatStyle::drawSpinBox(const QStyleOptionComplex& option, QPainter& painter,
                            const QWidget* widget) const {
    const auto* const box = qstyleoption_cast<const QStyleOptionSpinBox*>(&option);
    if (box == nullptr)
        return;
    drawField(option, option.rect, painter, option.state.testFlag(State_HasFocus));
    if (box->buttonSymbols == QAbstractSpinBox::NoButtons)
        return;
    const std::pair<SubControl, QAbstractSpinBox::StepEnabledFlag> buttons[] = {
        {SC_SpinBoxUp, QAbstractSpinBox::StepUpEnabled}, {SC_SpinBoxDown, QAbstractSpinBox::StepDownEnabled}};
    for (const auto& [part, step] : buttons) {
        const QRect rect = proxy()->subControlRect(CC_SpinBox, &option, part, widget);
        const bool isUsable = option.state.testFlag(State_Enabled) && box->stepEnabled.testFlag(step);
        if (isUsable && option.state.testFlag(State_MouseOver) && option.activeSubControls == part)
            fillRounded(painter, QRectF(rect).adjusted(1, 1, -2, -1), m_colours->buttonHover, 2);
        drawChevron(painter, QRectF(rect), part == SC_SpinBoxUp ? Qt::UpArrow : Qt::DownArrow,
                    isUsable ? m_colours->quietInk : m_colours->border);
    }
}

void FlatStyle::drawSlider(const QStyleOptionComplex& option, QPainter& painter,
                           const QWidget* widget) const {
    const auto* const slider = qstyleoption_cast<const QStyleOptionSlider*>(&option);
    if (slider == nullptr)
        return;
    const bool isLevel = slider->orientation == Qt::Horizontal;
    const bool isEnabled = option.state.testFlag(State_Enabled);
    QRectF groove(option.rect);
    if (isLevel)
        groove = QRectF(groove.left(), groove.center().y() - kGroove / 2.0, groove.width(), kGroove);
    else
        groove = QRectF(groove.center().x() - kGroove / 2.0, groove.top(), kGroove, groove.height());
    const QRectF handle(proxy()->subControlRect(CC_Slider, &option, SC_SliderHandle, widget));
    QRectF done = groove;
    if (isLevel && !slider->upsideDown)
        done.setRight(handle.center().x());
    else if (isLevel)
        done.setLeft(handle.center().x());
    else if (slider->upsideDown)
        done.setTop(handle.center().y());
    else
        done.setBottom(handle.center().y());
    const QColor accent = isEnabled ? m_colours->accent : m_colours->outline;
    fillRounded(painter, groove, m_colours->border, kGroove / 2.0);
    fillRounded(painter, done, accent, kGroove / 2.0);
    QRectF knob(0, 0, 14, 14);
    knob.moveCenter(handle.center());
    fillRounded(painter, knob, accent, 7);
    if (option.state.testFlag(State_HasFocus)) {
        fillRounded(painter, knob.adjusted(2, 2, -2, -2), m_colours->page, 5);
        fillRounded(painter, knob.adjusted(4, 4, -4, -4), accent, 3);
        strokeRounded(painter, knob.adjusted(-2, -2, 2, 2), accent, 1.5, 9);
    }
}

QRect FlatStyle::scrollBarRect(const QStyleOptionComplex& option, SubControl part,
                               const QWidget* widget) const {
    const auto* const bar = qstyleoption_cast<const QStyleOptionSlider*>(&option);
    if (bar == nullptr)
        return {};
    const bool isLevel = bar->orientation == Qt::Horizontal;
    const int length = isLevel ? option.rect.width() : option.rect.height();
    const qint64 range = qint64(bar->maximum) - bar->minimum;
    int thumb = length;
    if (range > 0) {
        const int least = proxy()->pixelMetric(PM_ScrollBarSliderMin, &option, widget);
        thumb = std::clamp(int(qint64(bar->pageStep) * length / (range + bar->pageStep)),
                           std::min(least, length), length);
    }
    const int start = sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition, length - thumb,
                                              bar->upsideDown);
    const auto along = [&](int from, int size) {
        return isLevel ? QRect(option.rect.left() + from, option.rect.top(), size, option.rect.height())
                       : QRect(option.rect.left(), option.rect.top() + from, option.rect.width(), size);
    };
    switch (part) {
    case SC_ScrollBarSlider: return along(start, thumb);
    case SC_ScrollBarSubPage: return along(0, start);
    case SC_ScrollBarAddPage: return along(start + thumb, length - start - thumb);
    case SC_ScrollBarGroove: return option.rect;
    default: return {}; // no buttons at the ends
    }
}

void FlatStyle::drawScrollBar(const QStyleOptionComplex& option, QPainter& painter,
                              const QWidget* widget) const {
    const auto* const bar = qstyleoption_cast<const QStyleOptionSlider*>(&option);
    painter.fillRect(option.rect, groundOf(option, widget));
    if (bar == nullptr || bar->minimum == bar->maximum)
        return;
    const bool isHeld = option.activeSubControls == SC_ScrollBarSlider &&
                        (option.state.testFlag(State_Sunken) || option.state.testFlag(State_MouseOver));
    const QRectF thumb(scrollBarRect(option, SC_ScrollBarSlider, widget));
    const QRectF slim = bar->orientation == Qt::Horizontal ? thumb.adjusted(2, kThumbGap, -2, -kThumbGap)
                                                           : thumb.adjusted(kThumbGap, 2, -kThumbGap, -2);
    fillRounded(painter, slim, isHeld ? m_colours->quietInk : m_colours->outline, 3);
}

void FlatStyle::drawGroupBox(const QStyleOptionComplex& option, QPainter& painter,
                             const QWidget* widget) const {
    const auto* const box = qstyleoption_cast<const QStyleOptionGroupBox*>(&option);
    if (box == nullptr)
        return;
    if (box->subControls.testFlag(SC_GroupBoxLabel) && !box->text.isEmpty()) {
        painter.save();
        painter.setFont(titleFont(widget, painter.font()));
        const QRect words = proxy()->subControlRect(CC_GroupBox, &option, SC_GroupBoxLabel, widget);
        drawItemText(&painter, words, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextShowMnemonic, box->palette,
                     box->state.testFlag(State_Enabled), box->text, QPalette::WindowText);
        if (box->state.testFlag(State_HasFocus))
            drawFocusRing(painter, QRectF(words).adjusted(-3, -1, 3, 1), m_colours->accent);
        painter.restore();
    }
    if (box->subControls.testFlag(SC_GroupBoxCheckBox)) {
        QStyleOptionButton tick;
        tick.QStyleOption::operator=(*box);
        tick.rect = proxy()->subControlRect(CC_GroupBox, &option, SC_GroupBoxCheckBox, widget);
        drawIndicator(tick, painter, false);
    }
}

QRect FlatStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part,
                                const QWidget* widget) const {
    if (control == CC_ScrollBar)
        return scrollBarRect(*option, part, widget);
    if (control == CC_GroupBox) {
        const auto* const box = qstyleoption_cast<const QStyleOptionGroupBox*>(option);
        if (box == nullptr)
            return {};
        const int height = box->text.isEmpty() ? 0 : QFontMetrics(titleFont(widget, {})).height();
        const QRect& all = option->rect;
        const bool isCheckable = box->subControls.testFlag(SC_GroupBoxCheckBox);
        const int tick = isCheckable ? proxy()->pixelMetric(PM_IndicatorWidth, option, widget) : 0;
        switch (part) {
        case SC_GroupBoxCheckBox: return {all.left(), all.top() + (height - tick) / 2, tick, tick};
        case SC_GroupBoxLabel: {
            const int left = isCheckable ? tick + 8 : 0;
            const int width = QFontMetrics(titleFont(widget, {})).horizontalAdvance(box->text) + 2;
            return {all.left() + left, all.top(), std::min(width, all.width() - left), height};
        }
        case SC_GroupBoxContents: return all.adjusted(0, height > 0 ? height + kGroupTitleGap : 0, 0, 0);
        default: return all;
        }
    }
    if (control == CC_ComboBox && part == SC_ComboBoxEditField)
        return option->direction == Qt::RightToLeft ? option->rect.adjusted(24, 1, -6, -1)
                                                    : option->rect.adjusted(6, 1, -24, -1);
    if (control == CC_ComboBox && part == SC_ComboBoxArrow)
        return {option->rect.right() - 24, option->rect.top(), 25, option->rect.height()};
    return QProxyStyle::subControlRect(control, option, part, widget);
}

} // namespace ui
