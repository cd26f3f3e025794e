#include "ui/theme/colours.h"

#include <algorithm>
#include <cmath>

namespace ui {

namespace {

// Relative luminance, WCAG 2.
double luminance(const QColor& colour) {
    const auto linear = [](double v) {
        return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

QColor blend(const QColor& a, const QColor& b, double share) {
    return QColor::fromRgbF(static_cast<float>(a.redF() + (b.redF() - a.redF()) * share),
                            static_cast<float>(a.greenF() + (b.greenF() - a.greenF()) * share),
                            static_cast<float>(a.blueF() + (b.blueF() - a.blueF()) * share));
}

} // namespace

const Colours& lightColours() {
    static const Colours colours = {
        .window = QColor(0xeb, 0xe8, 0xe0),
        .page = QColor(0xfc, 0xfb, 0xf8),
        .ink = QColor(0x29, 0x27, 0x1f),
        .quietInk = QColor(0x62, 0x5d, 0x53),
        .dimmedInk = QColor(0x78, 0x74, 0x6b),
        .generatedInk = QColor(0x2c, 0x56, 0x70),
        .editedInk = QColor(0x7a, 0x47, 0x11),
        .ghostInk = QColor(0x8b, 0x86, 0x7c),
        .accent = QColor(0x27, 0x65, 0x8c),
        .onAccent = QColor(0xff, 0xff, 0xff),
        .selection = QColor(0xcb, 0xdf, 0xec),
        .border = QColor(0xd2, 0xcd, 0xc1),
        .outline = QColor(0x85, 0x7f, 0x70),
        .button = QColor(0xdc, 0xd7, 0xcb),
        .buttonHover = QColor(0xd1, 0xcb, 0xbd),
        .hoverMark = QColor(0xf6, 0xec, 0xc4),
        .lockMark = QColor(0xf3, 0xd4, 0x79),
        .matchMark = QColor(0xe6, 0xe9, 0xb8),
        .lookMarks = {QColor(0xe8, 0xf2, 0xed), QColor(0xcd, 0xe7, 0xdb), QColor(0xa8, 0xd9, 0xc4)},
        .differenceMark = QColor(0xfb, 0xd5, 0xc5),
        .warningInk = QColor(0xb8, 0x44, 0x00),
        .problem = QColor(0xf6, 0xdf, 0xd6),
        .isDark = false,
    };
    return colours;
}

const Colours& darkColours() {
    static const Colours colours = {
        .window = QColor(0x2b, 0x2c, 0x30),
        .page = QColor(0x19, 0x1a, 0x1c),
        .ink = QColor(0xda, 0xd7, 0xcf),
        .quietInk = QColor(0xae, 0xaa, 0xa1),
        .dimmedInk = QColor(0x86, 0x83, 0x7b),
        .generatedInk = QColor(0xa3, 0xc3, 0xd6),
        .editedInk = QColor(0xdf, 0xb8, 0x8a),
        .ghostInk = QColor(0x7f, 0x7c, 0x75),
        .accent = QColor(0x7f, 0xb6, 0xd6),
        .onAccent = QColor(0x10, 0x18, 0x1e),
        .selection = QColor(0x28, 0x41, 0x4f),
        .border = QColor(0x41, 0x42, 0x48),
        .outline = QColor(0x80, 0x81, 0x89),
        .button = QColor(0x3b, 0x3c, 0x42),
        .buttonHover = QColor(0x48, 0x49, 0x50),
        .hoverMark = QColor(0x43, 0x3d, 0x25),
        .lockMark = QColor(0x56, 0x46, 0x16),
        .matchMark = QColor(0x3d, 0x45, 0x25),
        .lookMarks = {QColor(0x1f, 0x2b, 0x28), QColor(0x24, 0x3a, 0x33), QColor(0x29, 0x4a, 0x3f)},
        .differenceMark = QColor(0x5b, 0x35, 0x29),
        .warningInk = QColor(0xe6, 0x9f, 0x5a),
        .problem = QColor(0x4d, 0x2f, 0x27),
        .isDark = true,
    };
    return colours;
}

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QPalette paletteOf(const Colours& colours) {
    QPalette palette;
    palette.setColor(QPalette::Window, colours.window);
    palette.setColor(QPalette::WindowText, colours.ink);
    palette.setColor(QPalette::Base, colours.page);
    palette.setColor(QPalette::AlternateBase, colours.window);
    palette.setColor(QPalette::Text, colours.ink);
    palette.setColor(QPalette::PlaceholderText, colours.quietInk);
    palette.setColor(QPalette::Button, colours.button);
    palette.setColor(QPalette::ButtonText, colours.ink);
    palette.setColor(QPalette::BrightText, colours.ink);
    palette.setColor(QPalette::Highlight, colours.selection);
    palette.setColor(QPalette::HighlightedText, colours.ink);
    palette.setColor(QPalette::ToolTipBase, colours.page);
    palette.setColor(QPalette::ToolTipText, colours.ink);
    palette.setColor(QPalette::Link, colours.accent);
    palette.setColor(QPalette::LinkVisited, colours.accent);
    palette.setColor(QPalette::Light, blend(colours.window, Qt::white, colours.isDark ? 0.08 : 0.6));
    palette.setColor(QPalette::Midlight, blend(colours.window, Qt::white, colours.isDark ? 0.04 : 0.3));
    palette.setColor(QPalette::Mid, colours.border);
    palette.setColor(QPalette::Dark, blend(colours.border, Qt::black, 0.2));
    palette.setColor(QPalette::Shadow, blend(colours.window, Qt::black, 0.6));
    const QColor faded = blend(colours.ink, colours.window, 0.55);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        palette.setColor(QPalette::Disabled, role, faded);
    }
    return palette;
}

} // namespace ui
