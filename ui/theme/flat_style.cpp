// Measures, hints and what is done once to each widget. What is drawn: flat_style_parts.cpp, _bars, _complex,
// _icons.
#include "ui/theme/flat_style.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QStyleOption>
#include <QTabBar>

#include <algorithm>

namespace ui {

namespace {

constexpr int kIndicator = 16;
constexpr int kFieldMargin = 6;  // above and below the text of a field or button
constexpr int kButtonSide = 14;  // beside the text of a button
constexpr int kLeastButton = 72; // so that a row of "OK" and "Cancel" is even
constexpr int kMenuMarkColumn = 26;
constexpr int kMenuSide = 12;

// Names from before the property "heading".
bool isHeading(const QWidget& widget) {
    return widget.property("heading").toBool() || widget.objectName() == QLatin1String("sidebarHeading") ||
           widget.objectName() == QLatin1String("paneHeading");
}

void polishLabel(QLabel& label) {
    if (label.property("quiet").toBool())
        label.setForegroundRole(QPalette::PlaceholderText);
    if (isHeading(label)) {
        QFont font = label.font();
        font.setWeight(QFont::DemiBold);
        label.setFont(font);
    }
}

} // namespace

FlatStyle::FlatStyle()
    : QProxyStyle(QStringLiteral("Fusion"))
    , m_colours(&lightColours()) {
    setObjectName(QStringLiteral("inkgate"));
}

void FlatStyle::polish(QWidget* widget) {
    QProxyStyle::polish(widget);
    if (auto* const label = qobject_cast<QLabel*>(widget))
        polishLabel(*label);
    if (qobject_cast<QAbstractButton*>(widget) != nullptr || qobject_cast<QComboBox*>(widget) != nullptr ||
        widget->inherits("QAbstractSpinBox") || widget->inherits("QAbstractSlider") ||
        widget->inherits("QLineEdit") || qobject_cast<QTabBar*>(widget) != nullptr ||
        qobject_cast<QHeaderView*>(widget) != nullptr) {
        widget->setAttribute(Qt::WA_Hover);
    }
}

void FlatStyle::polish(QApplication* application) {
    QProxyStyle::polish(application);
    application->installEventFilter(this);
}

void FlatStyle::unpolish(QApplication* application) {
    application->removeEventFilter(this);
    QProxyStyle::unpolish(application);
}

bool FlatStyle::eventFilter(QObject* watched, QEvent* event) {
    const bool isPress = event->type() == QEvent::KeyPress;
    const bool isEnd = event->type() == QEvent::KeyRelease || event->type() == QEvent::WindowDeactivate;
    if ((isPress || isEnd) && watched->isWindowType()) {
        const bool isAlt =
            event->type() == QEvent::WindowDeactivate || static_cast<QKeyEvent*>(event)->key() == Qt::Key_Alt;
        if (isAlt && m_showsLetters != isPress) {
            m_showsLetters = isPress;
            if (QWidget* const window = QApplication::activeWindow())
                for (QWidget* const widget : window->findChildren<QWidget*>())
                    if (widget->isVisible())
                        widget->update();
        }
    }
    if (event->type() == QEvent::DynamicPropertyChange)
        if (auto* const label = qobject_cast<QLabel*>(watched))
            polishLabel(*label); // it was looked at before it said what it is
    return QProxyStyle::eventFilter(watched, event);
}

int FlatStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    switch (metric) {
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_ButtonDefaultIndicator:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_ToolBarFrameWidth:
    case PM_DockWidgetFrameWidth:
    case PM_TabBarBaseOverlap:
    case PM_ScrollView_ScrollBarSpacing: return 0;
    case PM_DefaultFrameWidth:
    case PM_SpinBoxFrameWidth:
    case PM_ComboBoxFrameWidth:
    case PM_MenuPanelWidth: return 1;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight: return kIndicator;
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing: return 8;
    case PM_SliderThickness:
    case PM_SliderControlThickness: return 18;
    case PM_SliderLength: return 14;
    case PM_ScrollBarExtent: return 12;
    case PM_ScrollBarSliderMin: return 32;
    case PM_SplitterWidth:
    case PM_DockWidgetSeparatorExtent: return 5;
    case PM_DockWidgetTitleMargin: return 6;
    case PM_MenuHMargin:
    case PM_MenuVMargin: return 4;
    case PM_MenuBarHMargin: return 4;
    case PM_MenuBarVMargin: return 2;
    case PM_MenuBarPanelWidth: return 0;
    case PM_MenuBarItemSpacing: return 2;
    case PM_SubMenuOverlap: return -2;
    case PM_ToolBarItemMargin: return 3;
    case PM_ToolBarItemSpacing: return 2;
    case PM_ToolBarSeparatorExtent: return 13;
    case PM_TabBarTabHSpace: return 24;
    case PM_TabBarTabVSpace: return 12;
    case PM_ToolTipLabelFrameWidth: return 6;
    case PM_FocusFrameHMargin: return 5; // beside the words of a list
    case PM_HeaderMargin: return 6;
    case PM_TreeViewIndentation: return 18;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int FlatStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                         QStyleHintReturn* result) const {
    switch (hint) {
    case SH_DialogButtonBox_ButtonsHaveIcons:
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_ComboBox_Popup:
    case SH_MessageBox_CenterButtons:
    case SH_ScrollView_FrameOnlyAroundContents:
    case SH_BlinkCursorWhenTextSelected:
    case SH_Menu_SloppySubMenus: return 0;
    case SH_ItemView_ShowDecorationSelected: return 1;
    case SH_UnderlineShortcut: return m_showsLetters || qobject_cast<const QMenu*>(widget) != nullptr ? 1 : 0;
    case SH_ToolTipLabel_Opacity: return 255;
    case SH_TabBar_Alignment: return Qt::AlignLeft;
    case SH_FormLayoutLabelAlignment: return int(Qt::AlignLeft | Qt::AlignVCenter);
    case SH_Table_GridLineColor: return static_cast<int>(m_colours->border.rgba());
    default: return QProxyStyle::styleHint(hint, option, widget, result);
    }
}

QSize FlatStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
                                  const QWidget* widget) const {
    const int lineHeight = option != nullptr ? option->fontMetrics.height() : 16;
    const int fieldHeight = lineHeight + 2 * kFieldMargin;
    switch (type) {
    case CT_PushButton: {
        const auto* const button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool isText = button != nullptr && !button->text.isEmpty();
        QSize size = contents + QSize(2 * kButtonSide, 2 * kFieldMargin);
        if (button != nullptr && button->features.testFlag(QStyleOptionButton::HasMenu))
            size.rwidth() += 12;
        return size.expandedTo(QSize(isText ? kLeastButton : 0, fieldHeight));
    }
    case CT_LineEdit: return {contents.width() + 2 * kFieldMargin, std::max(contents.height(), fieldHeight)};
    case CT_ComboBox:
        return QSize(QProxyStyle::sizeFromContents(type, option, contents, widget).width() + 2 * kFieldMargin,
                     fieldHeight);
    case CT_SpinBox: {
        const QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
        return {size.width(), fieldHeight};
    }
    case CT_MenuBarItem: return contents + QSize(16, 8);
    case CT_MenuItem: {
        const auto* const item = qstyleoption_cast<const QStyleOptionMenuItem*>(option);
        if (item == nullptr)
            break;
        if (item->menuItemType == QStyleOptionMenuItem::Separator)
            return {contents.width(), 9};
        const bool hasTab = item->text.contains(u'\t');
        const int marks = item->menuHasCheckableItems || item->maxIconWidth > 0 ? kMenuMarkColumn : kMenuSide;
        const int right = kMenuSide + (item->menuItemType == QStyleOptionMenuItem::SubMenu ? 16 : 0);
        return {contents.width() + marks + right + (hasTab ? 24 : 0), lineHeight + 10};
    }
    case CT_ItemViewItem: {
        QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
        const auto* const row = qstyleoption_cast<const QStyleOptionViewItem*>(option);
        const auto lines = row != nullptr ? static_cast<int>(row->text.count(QChar::LineSeparator)) + 1 : 1;
        size.rheight() = std::max(size.height(), lines * lineHeight + 8);
        return size;
    }
    case CT_HeaderSection:
        return QProxyStyle::sizeFromContents(type, option, contents, widget)
            .expandedTo(QSize(0, fieldHeight));
    case CT_CheckBox:
    case CT_RadioButton: // room for the ring around the words
        return QProxyStyle::sizeFromContents(type, option, contents, widget) + QSize(6, 4);
    case CT_ToolButton: return contents + QSize(10, 8);
    case CT_GroupBox: return contents;
    default: break;
    }
    return QProxyStyle::sizeFromContents(type, option, contents, widget);
}

QRect FlatStyle::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const {
    switch (element) {
    case SE_PushButtonFocusRect: return option->rect;
    case SE_LineEditContents: {
        const auto* const frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        return frame != nullptr && frame->lineWidth > 0
                   ? option->rect.adjusted(kFieldMargin, 1, -kFieldMargin, -1)
                   : option->rect;
    }
    default: return QProxyStyle::subElementRect(element, option, widget);
    }
}

QColor FlatStyle::inkOf(const QStyleOption& option) const {
    return option.palette.color(option.state.testFlag(State_Enabled) ? QPalette::Active : QPalette::Disabled,
                                QPalette::WindowText);
}

} // namespace ui
