#include "ui/theme/typography.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>

#include <cmath>

namespace ui {

namespace {

constexpr double kLinePitch = 1.6; // of the font size: generous, as the measure is long

// Faces drawn for long reading, best first; the last ones are what a bare Debian has.
const char* const kTextFaces[] = {
    "Literata",
    "Source Serif 4",
    "Source Serif Pro",
    "Charter",
    "Bitstream Charter",
    "Charis SIL",
    "Iowan Old Style",
    "Crimson Pro",
    "Libertinus Serif",
    "Linux Libertine O",
    "EB Garamond",
    "Gelasio",
    "Georgia",
    "Noto Serif",
    "TeX Gyre Pagella",
    "Palatino Linotype",
    "P052",
    "C059",
    "Liberation Serif",
    "Times New Roman",
    "DejaVu Serif",
};

QString bestTextFace() {
    const QStringList families = QFontDatabase::families();
    for (const char* const face : kTextFaces) {
        if (families.contains(QLatin1String(face))) {
            return QLatin1String(face);
        }
    }
    return QStringLiteral("serif");
}

} // namespace

Typography typographyFor(const app::Appearance& appearance) {
    Typography typography;
    typography.font = QFont(appearance.fontFamily.isEmpty() ? bestTextFace() : appearance.fontFamily);
    typography.font.setPointSize(appearance.fontSize);
    typography.font.setStyleHint(QFont::Serif);
    typography.font.setHintingPreference(QFont::PreferNoHinting);

    const QFontMetricsF metrics(typography.font);
    // The width of running English text, letter frequencies included, rather than of a row of one letter.
    const QString sample =
        QStringLiteral("the quiet river went by the house and she watched it until the evening");
    typography.columnWidth = static_cast<int>(std::ceil(
        metrics.horizontalAdvance(sample) * appearance.measure / static_cast<double>(sample.size())));

    // Faces differ in how much air they bring along; the pitch of the lines should not.
    const double pixels = QFontInfo(typography.font).pixelSize();
    const double percent = metrics.height() > 0 ? 100.0 * kLinePitch * pixels / metrics.height() : 150.0;
    typography.paragraph.setLineHeight(std::round(percent), QTextBlockFormat::ProportionalHeight);
    return typography;
}

} // namespace ui
