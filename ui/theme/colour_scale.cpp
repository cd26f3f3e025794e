#include "ui/theme/colour_scale.h"

namespace ui {

const QList<std::pair<double, QColor>>& sequentialStops() {
    // Blue and yellow differ for every common colour-vision deficiency; red and green, which may not, never
    // tell values apart here.
    static const QList<std::pair<double, QColor>> stops = {
        {0.000, QColor(0x0a, 0x1c, 0x4a)}, {0.125, QColor(0x1d, 0x33, 0x6b)},
        {0.250, QColor(0x37, 0x49, 0x74)}, {0.375, QColor(0x52, 0x5f, 0x7a)},
        {0.500, QColor(0x70, 0x76, 0x7b)}, {0.625, QColor(0x92, 0x8e, 0x74)},
        {0.750, QColor(0xb6, 0xa8, 0x66)}, {0.875, QColor(0xdb, 0xc5, 0x52)},
        {1.000, QColor(0xfd, 0xe7, 0x48)},
    };
    return stops;
}

} // namespace ui
