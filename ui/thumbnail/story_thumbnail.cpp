#include "ui/thumbnail/story_thumbnail.h"

#include "app/preferences/preferences.h"
#include "ui/theme/colours.h"
#include "ui/theme/typography.h"

#include <QIcon>
#include <QLinearGradient>
#include <QPainter>
#include <QRegularExpression>
#include <QStringList>
#include <QTextLayout>

#include <algorithm>

namespace ui {

namespace {

// More than fits on any page; the end of a novel is not laid out for a picture of its beginning.
constexpr qsizetype kUnitsLookedAt = 4000;

struct Paragraph {
    QString text;
    bool isHeading = false;
};

// The lines that have words, without the signs that make a line a heading.
QList<Paragraph> paragraphsOf(const QString& story) {
    static const QRegularExpression kHeading(QStringLiteral("^#{1,6}\\s+"));
    QList<Paragraph> paragraphs;
    for (QString line : story.left(kUnitsLookedAt).split(u'\n', Qt::SkipEmptyParts)) {
        line = line.trimmed();
        const bool isHeading = line.contains(kHeading);
        if (isHeading)
            line.remove(kHeading);
        if (!line.isEmpty())
            paragraphs.append({line, isHeading});
    }
    return paragraphs;
}

// From the top of `column` on; returns when it is full.
void drawText(QPainter& painter, const QList<Paragraph>& paragraphs, const QRectF& column, double emPixels) {
    QFont font = typographyFor(app::Appearance()).font;
    font.setPixelSize(std::max(1, qRound(emPixels)));
    double y = column.top();
    for (const Paragraph& paragraph : paragraphs) {
        font.setBold(paragraph.isHeading);
        QTextLayout layout(paragraph.text, font);
        layout.beginLayout();
        while (y < column.bottom()) {
            QTextLine line = layout.createLine();
            if (!line.isValid())
                break;
            line.setLineWidth(column.width());
            line.setPosition({column.left(), y});
            y += line.height() * 1.15;
        }
        layout.endLayout();
        layout.draw(&painter, {0, 0});
        y += emPixels * (paragraph.isHeading ? 0.6 : 0.35);
        if (y >= column.bottom())
            return;
    }
}

} // namespace

QImage drawThumbnail(const QString& story, int size) {
    size = std::clamp(size, kSmallestThumbnail, kLargestThumbnail);
    QImage image(size, size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);

    // Three by four, as a page of a book, with a hairline that also holds on a white ground.
    const Colours& colours = lightColours();
    const double height = size - 1.0;
    const double width = height * 0.75;
    const QRectF page((size - width) / 2, 0.5, width, height);
    const double radius = size / 64.0;
    painter.setPen(QPen(colours.outline, std::max(1.0, size / 256.0)));
    painter.setBrush(colours.page);
    painter.drawRoundedRect(page, radius, radius);

    const double margin = width * 0.11;
    const QRectF column = page.adjusted(margin, margin, -margin, -margin);
    const QIcon sign(QStringLiteral(":/icons/inkgate.svg"));
    const QList<Paragraph> paragraphs = paragraphsOf(story);
    if (paragraphs.isEmpty()) {
        const int side = qRound(width * 0.4);
        painter.setOpacity(0.5);
        sign.paint(&painter, QRect(qRound(page.center().x()) - side / 2, qRound(page.center().y()) - side / 2,
                                   side, side));
        return image;
    }
    painter.setClipRect(column);
    painter.setPen(colours.ink);
    drawText(painter, paragraphs, column, size / 19.0);

    // The words run out into the paper, and the sign stands in the corner, which tells whose file it is.
    QColor clear = colours.page;
    clear.setAlpha(0);
    QLinearGradient fade(column.left(), column.bottom() - column.height() * 0.45, column.left(),
                         column.bottom());
    fade.setColorAt(0, clear);
    fade.setColorAt(1, colours.page);
    painter.fillRect(column, fade);
    const int side = qRound(width * 0.24);
    sign.paint(&painter, QRect(qRound(column.right()) - side, qRound(column.bottom()) - side, side, side));
    return image;
}

} // namespace ui
