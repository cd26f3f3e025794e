#include "tests/ui/support/walk.h"

#include "ui/window/actions.h"
#include "ui/window/main_window.h"

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QAccessibleInterface>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>
#include <QStyleOptionComboBox>
#include <QTest>
#include <QToolButton>

namespace test {

namespace {

constexpr int kPatienceMs = 5'000;

// Parts that Qt makes itself (a spin box's line, a scroll area's frame) speak through their owners.
bool isQtsOwn(const QWidget& widget) {
    return widget.objectName().startsWith(QLatin1String("qt_")) || widget.inherits("QComboBoxListView") ||
           widget.inherits("QLineEditIconButton") || widget.inherits("QToolBarExtension") ||
           widget.inherits("QComboBoxPrivateContainer");
}

bool isInAScrollArea(const QWidget& widget) {
    for (const QWidget* parent = widget.parentWidget(); parent != nullptr; parent = parent->parentWidget())
        if (qobject_cast<const QAbstractScrollArea*>(parent) != nullptr)
            return true;
    return false;
}

QString missing(const QWidget& widget, const QSize& needed, const QString& words) {
    return QStringLiteral("“%1” in %2: %3x%4 of %5x%6")
        .arg(words, describe(widget))
        .arg(widget.width())
        .arg(widget.height())
        .arg(needed.width())
        .arg(needed.height());
}

QString cutLabel(const QLabel& label) {
    if (label.text().isEmpty() || label.inherits("ui::ElidedLabel") ||
        label.sizePolicy().horizontalPolicy() == QSizePolicy::Ignored)
        return {};
    const QSize needed =
        label.wordWrap() ? QSize(label.width(), label.heightForWidth(label.width())) : label.sizeHint();
    const bool fits = label.width() >= needed.width() && label.height() >= needed.height();
    return fits ? QString() : missing(label, needed, label.text());
}

QString cutButton(const QAbstractButton& button) {
    const QSize needed = button.sizeHint();
    const bool fits = button.width() >= needed.width() && button.height() >= needed.height();
    return fits || button.text().isEmpty() ? QString() : missing(button, needed, button.text());
}

// Lists of names that can be of any length are made to shorten them, with the whole name as a tool tip.
QString cutCombo(const QComboBox& combo) {
    if (combo.sizeAdjustPolicy() == QComboBox::AdjustToMinimumContentsLengthWithIcon || combo.isEditable())
        return {};
    QStyleOptionComboBox option;
    option.initFrom(&combo);
    const QRect field =
        combo.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &combo);
    const int needed = combo.fontMetrics().horizontalAdvance(combo.currentText());
    return field.width() >= needed ? QString()
                                   : missing(combo, QSize(needed, combo.height()), combo.currentText());
}

QString cutLine(const QLineEdit& line) {
    const QString words = line.text().isEmpty() ? line.placeholderText() : line.text();
    const auto* const box = qobject_cast<const QAbstractSpinBox*>(line.parentWidget());
    if (box == nullptr && !line.text().isEmpty())
        return {}; // a writer's text may be longer than its line
    const int needed = line.fontMetrics().horizontalAdvance(words);
    return line.contentsRect().width() >= needed ? QString()
                                                 : missing(line, QSize(needed, line.height()), words);
}

QString cutText(const QWidget& widget) {
    if (const auto* const label = qobject_cast<const QLabel*>(&widget))
        return cutLabel(*label);
    if (const auto* const button = qobject_cast<const QAbstractButton*>(&widget))
        return cutButton(*button);
    if (const auto* const combo = qobject_cast<const QComboBox*>(&widget))
        return cutCombo(*combo);
    if (const auto* const line = qobject_cast<const QLineEdit*>(&widget))
        return cutLine(*line);
    return {};
}

bool isControl(const QWidget& widget) {
    return qobject_cast<const QLabel*>(&widget) != nullptr ||
           qobject_cast<const QAbstractButton*>(&widget) != nullptr ||
           qobject_cast<const QComboBox*>(&widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr ||
           qobject_cast<const QLineEdit*>(&widget) != nullptr;
}

QWidget* newDialog(const QWidgetList& before) {
    for (QWidget* const widget : QApplication::topLevelWidgets())
        if (widget->isVisible() && widget->isWindow() && widget->inherits("QDialog") &&
            !before.contains(widget))
            return widget;
    return nullptr;
}

QWidgetList visibleWindows() {
    QWidgetList windows;
    for (QWidget* const widget : QApplication::topLevelWidgets())
        if (widget->isVisible())
            windows.append(widget);
    return windows;
}

} // namespace

bool isMadeByQt(const QWidget& dialog) {
    return dialog.inherits("QFileDialog") || dialog.inherits("QFontDialog") ||
           dialog.inherits("QPrintDialog");
}

QString describe(const QWidget& widget) {
    return QStringLiteral("%1 \"%2\" in \"%3\"")
        .arg(QLatin1String(widget.metaObject()->className()), widget.objectName(),
             widget.parentWidget() != nullptr ? widget.parentWidget()->objectName() : QString());
}

QStringList nameless(const QWidget& root) {
    QStringList found;
    for (const QWidget* const widget : root.findChildren<QWidget*>()) {
        const bool takesKeys = (widget->focusPolicy() & Qt::TabFocus) != 0 ||
                               qobject_cast<const QAbstractButton*>(widget) != nullptr;
        const bool isPlainArea = widget->inherits("QScrollArea");
        if (!takesKeys || isQtsOwn(*widget) || isPlainArea || widget->isHidden())
            continue;
        QAccessibleInterface* const interface =
            QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget)); // NOLINT: Qt's signature
        if (interface == nullptr || interface->text(QAccessible::Name).isEmpty())
            found.append(describe(*widget));
    }
    return found;
}

QStringList cut(const QWidget& root) {
    QStringList found;
    for (const QWidget* const widget : root.findChildren<QWidget*>()) {
        if (!widget->isVisible() || !isControl(*widget) || isQtsOwn(*widget))
            continue;
        if (const QString text = cutText(*widget); !text.isEmpty())
            found.append(text);
        const bool isWhole = widget->visibleRegion().boundingRect().size() == widget->size();
        if (!isWhole && !isInAScrollArea(*widget) && !widget->size().isEmpty())
            found.append(QStringLiteral("cut off: ") + describe(*widget));
    }
    return found;
}

QStringList forEachDialog(ui::MainWindow& window,
                          const std::function<void(const QString&, QWidget&)>& visit) {
    QStringList silent;
    for (QAction* const action : window.QWidget::actions()) {
        const bool opensABar = action == window.actions().find || action == window.actions().replace;
        const bool opensOne = (action->text().endsWith(QChar(0x2026)) && !opensABar) ||
                              action == window.actions().shortcuts || action == window.actions().about;
        if (!opensOne || action->objectName().isEmpty())
            continue;
        const QWidgetList before = visibleWindows();
        action->trigger();
        QWidget* dialog = nullptr;
        if (!QTest::qWaitFor([&] { return (dialog = newDialog(before)) != nullptr; }, kPatienceMs)) {
            silent.append(action->objectName());
            continue;
        }
        (void)QTest::qWaitForWindowExposed(dialog);
        visit(action->objectName(), *dialog);
        dialog->close();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return silent;
}

} // namespace test
