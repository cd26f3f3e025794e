// scroll_margin.h: how far a line stays from the edges of the page: about three lines, or a tenth of a high
// page, so that one sees what comes before and after. Applied where the cursor goes by keys, where text grows
// and where something was found; not while the writer scrolls or clicks.
// Threads: values.
#pragma once

#include <algorithm>

namespace ui {

constexpr int scrollMargin(int viewHeight, int lineHeight) {
    constexpr int kLines = 3;
    // A page of few lines has its line in the middle rather than two edges that claim it.
    return std::clamp(std::max(kLines * lineHeight, viewHeight / 10), 0,
                      std::max(0, (viewHeight - lineHeight) / 3));
}

// By how much the view must go down (below 0: up) until the line from `top` to `bottom` is clear of both
// edges.
constexpr int scrollToClear(int top, int bottom, int viewHeight) {
    const int margin = scrollMargin(viewHeight, bottom - top);
    if (top < margin)
        return top - margin;
    return std::max(0, bottom - (viewHeight - margin));
}

} // namespace ui
