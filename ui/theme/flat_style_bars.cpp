// Menus, tabs, headers of tables, progress, and the parts of bars.
#include "ui/theme/flat_shapes.h"
#include "ui/theme/flat_style.h"

#include <QPainter>
#include <QStyleOption>

#include <algorithm>

namespace ui {

namespace {

constexpr int kMarkColumn = 26;
constexpr int kSide = 12;
constexpr int kIconGap = 4;     // of the base style, between a combo box's icon and its words
constexpr double kProgress = 6; // thickness of a progress bar

QRectF slim(const QRectF& rect) {
    return {rect.left(), rect.center().y() - kProgress / 2, rect.width(), kProgress};
}

} // namespace

void FlatStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                            const QWidget* widget) const {
    if (element == CE_PushButtonLabel) {
        const auto* const button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (button != nullptr && button->features.testFlag(QStyleOptionButton::DefaultButton) &&
            button->state.testFlag(State_Enabled)) {
            QStyleOptionButton onAccent = *button;
            onAccent.palette.setColor(QPalette::ButtonText, m_colours->onAccent);
            QProxyStyle::drawControl(element, &onAccent, painter, widget);
            return;
        }
    }
    if (element == CE_ComboBoxLabel) {
        if (const auto* const combo = qstyleoption_cast<const QStyleOptionComboBox*>(option)) {
            // The base style cuts what is too long in the middle of a letter.
            QStyleOptionComboBox elided = *combo;
            const int icon = combo->currentIcon.isNull() ? 0 : combo->iconSize.width() + kIconGap;
            const QRect field = subControlRect(CC_ComboBox, combo, SC_ComboBoxEditField, widget);
            elided.currentText =
                combo->fontMetrics.elidedText(combo->currentText, Qt::ElideRight, field.width() - icon - 2);
            QProxyStyle::drawControl(element, &elided, painter, widget);
            return;
        }
    }
    if (!drawBar(element, *option, *painter))
        QProxyStyle::drawControl(element, option, painter, widget);
}

bool FlatStyle::drawBar(ControlElement element, const QStyleOption& option, QPainter& painter) const {
    const QRect& rect = option.rect;
    switch (element) {
    case CE_MenuItem:
        if (const auto* const item = qstyleoption_cast<const QStyleOptionMenuItem*>(&option))
            drawMenuItem(*item, painter);
        return true;
    case CE_MenuBarItem:
        if (const auto* const item = qstyleoption_cast<const QStyleOptionMenuItem*>(&option)) {
            painter.fillRect(rect, m_colours->window);
            if (item->state.testFlag(State_Selected))
                fillRounded(painter, QRectF(rect), m_colours->selection);
            const int hidden = proxy()->styleHint(SH_UnderlineShortcut, &option, nullptr, nullptr) != 0
                                   ? 0
                                   : Qt::TextHideMnemonic;
            drawItemText(&painter, rect, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextSingleLine | hidden,
                         item->palette, item->state.testFlag(State_Enabled), item->text,
                         QPalette::WindowText);
        }
        return true;
    case CE_MenuBarEmptyArea:
    case CE_ToolBar: painter.fillRect(rect, m_colours->window); return true;
    case CE_MenuEmptyArea:
    case CE_MenuHMargin:
    case CE_MenuVMargin:
    case CE_SizeGrip: return true;
    case CE_ShapedFrame:
        if (const auto* const frame = qstyleoption_cast<const QStyleOptionFrame*>(&option);
            frame != nullptr && (frame->frameShape == QFrame::HLine || frame->frameShape == QFrame::VLine)) {
            const bool isUpright = frame->frameShape == QFrame::VLine;
            painter.fillRect(isUpright ? QRect(rect.center().x(), rect.top(), 1, rect.height())
                                       : QRect(rect.left(), rect.center().y(), rect.width(), 1),
                             m_colours->border);
            return true;
        }
        return false;
    case CE_Splitter: {
        const bool isUpright = option.state.testFlag(State_Horizontal);
        const bool isHeld = option.state.testFlag(State_MouseOver) || option.state.testFlag(State_Sunken);
        painter.fillRect(isUpright ? QRect(rect.center().x(), rect.top(), 1, rect.height())
                                   : QRect(rect.left(), rect.center().y(), rect.width(), 1),
                         isHeld ? m_colours->accent : m_colours->border);
        return true;
    }
    case CE_TabBarTabShape: drawTab(option, painter); return true;
    case CE_HeaderSection:
    case CE_HeaderEmptyArea: drawHeader(option, painter); return true;
    case CE_ProgressBarGroove:
        fillRounded(painter, slim(rect), m_colours->border, kProgress / 2.0);
        return true;
    case CE_ProgressBarContents: drawProgress(option, painter); return true;
    default: return false;
    }
}

void FlatStyle::drawMenuItem(const QStyleOptionMenuItem& item, QPainter& painter) const {
    const QRect& rect = item.rect;
    painter.fillRect(rect, m_colours->page);
    if (item.menuItemType == QStyleOptionMenuItem::Separator) {
        painter.fillRect(QRect(rect.left() + 4, rect.center().y(), rect.width() - 8, 1), m_colours->border);
        return;
    }
    const bool isEnabled = item.state.testFlag(State_Enabled);
    if (item.state.testFlag(State_Selected) && isEnabled)
        fillRounded(painter, QRectF(rect), m_colours->selection);
    const QColor ink = item.palette.color(isEnabled ? QPalette::Active : QPalette::Disabled, QPalette::Text);
    const bool hasColumn = item.menuHasCheckableItems || item.maxIconWidth > 0;
    const QRect column(rect.left(), rect.top(), kMarkColumn, rect.height());
    if (item.checkType != QStyleOptionMenuItem::NotCheckable && item.checked) {
        QRectF mark(0, 0, 16, 16);
        mark.moveCenter(QRectF(column).center());
        if (item.checkType == QStyleOptionMenuItem::Exclusive)
            fillRounded(painter, mark.adjusted(5, 5, -5, -5), ink, 3);
        else
            drawTick(painter, mark, ink);
    } else if (!item.icon.isNull()) {
        const QPixmap pixmap = item.icon.pixmap(QSize(16, 16), painter.device()->devicePixelRatio(),
                                                isEnabled ? QIcon::Normal : QIcon::Disabled);
        drawItemPixmap(&painter, column, Qt::AlignCenter, pixmap);
    }
    QRect words = rect.adjusted(hasColumn ? kMarkColumn : kSide, 0, -kSide, 0);
    if (item.menuItemType == QStyleOptionMenuItem::SubMenu) {
        drawChevron(painter, QRectF(rect.right() - 20, rect.top(), 16, rect.height()), Qt::RightArrow, ink);
        words.setRight(rect.right() - 24);
    }
    const qsizetype tab = item.text.indexOf(u'\t');
    const int flags = Qt::AlignVCenter | Qt::TextShowMnemonic | Qt::TextSingleLine | Qt::TextDontClip;
    painter.setFont(item.font);
    painter.setPen(ink);
    painter.drawText(words, flags | Qt::AlignLeft, tab < 0 ? item.text : item.text.first(tab));
    if (tab >= 0) {
        painter.setPen(isEnabled ? m_colours->quietInk : ink);
        painter.drawText(words, flags | Qt::AlignRight, item.text.sliced(tab + 1));
    }
}

void FlatStyle::drawTab(const QStyleOption& option, QPainter& painter) const {
    const bool isChosen = option.state.testFlag(State_Selected);
    const QRectF rect(option.rect);
    if (!isChosen && option.state.testFlag(State_MouseOver))
        fillRounded(painter, rect.adjusted(1, 1, -1, -3), m_colours->buttonHover);
    painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), m_colours->border);
    if (isChosen)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 2, rect.width(), 2), m_colours->accent);
}

void FlatStyle::drawHeader(const QStyleOption& option, QPainter& painter) const {
    const QRect& rect = option.rect;
    painter.fillRect(rect, m_colours->window);
    if (option.state.testFlag(State_MouseOver) && option.type == QStyleOption::SO_Header)
        painter.fillRect(rect, m_colours->buttonHover);
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), m_colours->border);
}

void FlatStyle::drawProgress(const QStyleOption& option, QPainter& painter) const {
    const auto* const bar = qstyleoption_cast<const QStyleOptionProgressBar*>(&option);
    if (bar == nullptr)
        return;
    QRectF done = slim(option.rect);
    const double range = double(bar->maximum) - bar->minimum;
    if (range > 0)
        done.setWidth(done.width() * std::clamp((double(bar->progress) - bar->minimum) / range, 0.0, 1.0));
    if (done.width() >= 1)
        fillRounded(painter, done, m_colours->accent, done.height() / 2);
}

} // namespace ui
