// The heatmap as a picture in a file.
#include "ui/heatmap/heatmap_plot.h"

#include <QFileInfo>
#include <QSvgGenerator>

#include <algorithm>

namespace ui {

namespace {

constexpr double kPngScale = 2;             // sharp on dense screens and in print
constexpr QSize kSmallestPicture(640, 200); // the map's, however small the window is
constexpr int kCaptionMargin = 10;

// The lines, each cut to the width.
QString fitted(const QString& caption, const QFontMetrics& metrics, int width) {
    QStringList lines = caption.split(u'\n');
    for (QString& line : lines) {
        line = metrics.elidedText(line, Qt::ElideRight, width);
    }
    return lines.join(u'\n');
}

} // namespace

bool HeatmapPlot::savePicture(const QString& path, const QString& caption) {
    const QSize map = size().expandedTo(kSmallestPicture);
    const QFont font = xAxis->labelFont();
    const QFontMetrics metrics(font);
    const bool isHoverShown = m_hoverItem->visible();
    m_hoverItem->setVisible(false);
    auto* const title = new QCPTextElement(this, fitted(caption, metrics, map.width() * 3 / 4), font);
    title->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    title->setTextColor(xAxis->labelColor());
    title->setMargins(QMargins(kCaptionMargin, kCaptionMargin, 0, 0));
    plotLayout()->insertRow(0);
    plotLayout()->addElement(0, 0, title);
    const int height = map.height() + metrics.lineSpacing() * static_cast<int>(caption.count(u'\n') + 1) +
                       2 * kCaptionMargin;
    const QString suffix = QFileInfo(path).suffix().toLower();
    bool isWritten = false;
    if (suffix == QLatin1String("pdf")) {
        isWritten = savePdf(path, map.width(), height);
    } else if (suffix == QLatin1String("svg")) {
        QSvgGenerator generator;
        generator.setFileName(path);
        generator.setSize(QSize(map.width(), height));
        generator.setViewBox(QRect(0, 0, map.width(), height));
        generator.setTitle(caption);
        QCPPainter painter;
        isWritten = painter.begin(&generator);
        if (isWritten) {
            painter.setMode(QCPPainter::pmVectorized);
            toPainter(&painter, map.width(), height);
            isWritten = painter.end() && QFileInfo(path).size() > 0;
        }
    } else {
        isWritten = savePng(path, map.width(), height, kPngScale);
    }
    plotLayout()->remove(title);
    plotLayout()->simplify();
    m_hoverItem->setVisible(isHoverShown);
    replot(QCustomPlot::rpQueuedReplot);
    return isWritten;
}

} // namespace ui
