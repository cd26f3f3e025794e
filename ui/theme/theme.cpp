#include "ui/theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QPainter>
#include <QStyleFactory>
#include <QSvgRenderer>
#include <QToolTip>

namespace ui {

namespace {

QPixmap drawn(const QString& path, int size, const QColor& ink) {
    QSvgRenderer renderer(path);
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(pixmap.rect(), ink);
    return pixmap;
}

// The style sheet names colours as @window, @ink and so on.
QString styleSheet(const Colours& colours) {
    QFile file(QStringLiteral(":/themes/inkgate.qss"));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    QString sheet = QString::fromUtf8(file.readAll());
    const std::pair<const char*, QColor> names[] = {
        {"@quietInk", colours.quietInk},   {"@ink", colours.ink},         {"@window", colours.window},
        {"@page", colours.page},           {"@border", colours.border},   {"@onAccent", colours.onAccent},
        {"@accent", colours.accent},       {"@problem", colours.problem}, {"@selection", colours.selection},
        {"@hoverMark", colours.hoverMark},
    };
    for (const auto& [name, colour] : names) {
        sheet.replace(QLatin1String(name), colour.name());
    }
    return sheet;
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
    if (m_colours == nullptr) {
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion"))); // polishes every widget anew
    }
    m_colours = &colours;
    const QPalette palette = paletteOf(colours);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    qApp->setStyleSheet(styleSheet(colours));
    emit changed();
}

QIcon Theme::icon(const QString& name) const {
    const QString path = QStringLiteral(":/icons/%1.svg").arg(name);
    const Colours& colours = m_colours != nullptr ? *m_colours : lightColours();
    QColor faded = colours.ink;
    faded.setAlphaF(0.35F);
    QIcon icon;
    // Sizes for ordinary and dense screens; Qt picks the one that fits.
    for (const int size : {16, 20, 24, 32, 40, 48, 64}) {
        icon.addPixmap(drawn(path, size, colours.ink), QIcon::Normal);
        icon.addPixmap(drawn(path, size, faded), QIcon::Disabled);
    }
    return icon;
}

} // namespace ui
