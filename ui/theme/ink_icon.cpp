#include "ui/theme/ink_icon.h"

#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

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

} // namespace

QIcon inkIcon(const QString& name, const QColor& ink) {
    const QString path = QStringLiteral(":/icons/%1.svg").arg(name);
    QColor faded = ink;
    faded.setAlphaF(0.35F);
    QIcon icon;
    // Qt picks the size that fits.
    for (const int size : {16, 20, 24, 32, 40, 48, 64}) {
        icon.addPixmap(drawn(path, size, ink), QIcon::Normal);
        icon.addPixmap(drawn(path, size, faded), QIcon::Disabled);
    }
    return icon;
}

} // namespace ui
