// The icons that Qt asks the style for: in questions, in file dialogs, on small buttons.
#include "ui/theme/flat_shapes.h"
#include "ui/theme/flat_style.h"
#include "ui/theme/ink_icon.h"

#include <QPainter>
#include <QPixmap>

#include <utility>

namespace ui {

namespace {

constexpr std::pair<QStyle::StandardPixmap, const char*> kFileIcons[] = {
    {QStyle::SP_FileDialogBack, "back"},
    {QStyle::SP_ArrowBack, "back"},
    {QStyle::SP_ArrowForward, "forward"},
    {QStyle::SP_FileDialogToParent, "up"},
    {QStyle::SP_FileDialogNewFolder, "new-folder"},
    {QStyle::SP_FileDialogListView, "list"},
    {QStyle::SP_FileDialogDetailedView, "details"},
    {QStyle::SP_DirIcon, "folder"},
    {QStyle::SP_DirOpenIcon, "folder"},
    {QStyle::SP_DirClosedIcon, "folder"},
    {QStyle::SP_DirLinkIcon, "folder"},
    {QStyle::SP_FileIcon, "file"},
    {QStyle::SP_FileLinkIcon, "file"},
    {QStyle::SP_DirHomeIcon, "home"},
    {QStyle::SP_ComputerIcon, "computer"},
    {QStyle::SP_DesktopIcon, "computer"},
    {QStyle::SP_DriveHDIcon, "drive"},
    {QStyle::SP_DriveNetIcon, "drive"},
    {QStyle::SP_TrashIcon, "trash"},
};

// A letter in a circle, for the four kinds of questions.
QPixmap signOf(const QString& letter, const QColor& ground, const QColor& ink, int size) {
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    const QRectF circle(1, 1, size - 2, size - 2);
    painter.drawEllipse(circle);
    QFont font = painter.font();
    font.setPixelSize(size * 6 / 10);
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(ink);
    painter.drawText(circle, Qt::AlignCenter, letter);
    return pixmap;
}

} // namespace

QPixmap FlatStyle::standardPixmap(StandardPixmap pixmap, const QStyleOption* option,
                                  const QWidget* widget) const {
    const QIcon own = standardIcon(pixmap, option, widget);
    return own.isNull() ? QProxyStyle::standardPixmap(pixmap, option, widget) : own.pixmap(32);
}

QIcon FlatStyle::standardIcon(StandardPixmap icon, const QStyleOption* option, const QWidget* widget) const {
    const auto sign = [this](const char* letter) {
        QIcon drawn;
        for (const int size : {32, 64})
            drawn.addPixmap(signOf(QString::fromUtf8(letter), m_colours->accent, m_colours->onAccent, size));
        return drawn;
    };
    for (const auto& [standard, name] : kFileIcons)
        if (standard == icon)
            return inkIcon(QLatin1String(name), m_colours->quietInk);
    switch (icon) {
    case SP_MessageBoxInformation: return sign("i");
    case SP_MessageBoxQuestion: return sign("?");
    case SP_MessageBoxWarning:
    case SP_MessageBoxCritical: return sign("!");
    case SP_TitleBarCloseButton:
    case SP_DockWidgetCloseButton:
    case SP_LineEditClearButton: {
        QPixmap cross(32, 32);
        cross.fill(Qt::transparent);
        QPainter painter(&cross);
        painter.scale(2, 2);
        drawCross(painter, QRectF(0, 0, 16, 16), m_colours->quietInk);
        return QIcon(cross);
    }
    default: return QProxyStyle::standardIcon(icon, option, widget);
    }
}

} // namespace ui
