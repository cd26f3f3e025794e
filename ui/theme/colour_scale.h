// colour_scale.h: the sequential colours of the heatmap: from deep blue to yellow, lightness rising evenly,
// so that order shows in any kind of colour vision and in grey print.
// Threads: values.
#pragma once

#include <QColor>
#include <QList>

#include <utility>

namespace ui {

// Position in 0..1 and colour, ascending.
[[nodiscard]] const QList<std::pair<double, QColor>>& sequentialStops();

} // namespace ui
