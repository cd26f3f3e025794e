#include "ui/theme/theme.h"

#include "ui/theme/flat_style.h"
#include "ui/theme/ink_icon.h"

#include <QApplication>
#include <QToolTip>

namespace ui {

namespace {

// One style for the whole program, however many windows there were before: a new one would go over every
// widget again.
FlatStyle& flatStyle() {
    if (auto* const style = qobject_cast<FlatStyle*>(QApplication::style()))
        return *style;
    auto* const style = new FlatStyle;
    QApplication::setStyle(style);
    return *style;
}

} // namespace

Theme::Theme(QObject* parent)
    : QObject(parent)
    , m_systemIsDark(QApplication::palette().color(QPalette::Window).lightness() < 128) {}

void Theme::apply(app::Theme choice) {
    const bool isDark = choice == app::Theme::Dark || (choice == app::Theme::System && m_systemIsDark);
    const Colours& colours = isDark ? darkColours() : lightColours();
    if (m_colours == &colours) {
        return;
    }
    m_colours = &colours;
    flatStyle().setColours(colours);
    const QPalette palette = paletteOf(colours);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    emit changed();
}

QIcon Theme::icon(const QString& name) const {
    return inkIcon(name, (m_colours != nullptr ? *m_colours : lightColours()).ink);
}

} // namespace ui
