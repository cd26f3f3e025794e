// svg.h: writing plots as SVG inside a page: texts, lines and axes. Colours come from the page's classes
// (report_page.cpp), so that one plot serves light and dark.
// Threads: values.
#pragma once

#include "engine/cli/output/svg_text.h"

#include <string>
#include <string_view>
#include <vector>

namespace engine {

// Where values come to lie: `low` at the place `first`, `high` at `last`.
struct Axis {
    double low = 0, high = 1;
    double first = 0, last = 1;

    [[nodiscard]] double at(double value) const {
        return first + (value - low) / (high - low) * (last - first);
    }
};

// Round numbers from `low` to `high`, about `count` of them; steps of 1, 2 or 5 times a power of ten.
struct Ticks {
    std::vector<double> values;
    int decimals = 0; // that tell them apart
};
[[nodiscard]] Ticks ticks(double low, double high, int count);

[[nodiscard]] std::string fixedNumber(double value, int decimals);

class Svg {
public:
    // `label` is what a screen reader says of the plot.
    Svg(double width, double height, std::string_view label);

    enum class Anchor { Start, Middle, End };
    void text(double x, double y, std::string_view what, std::string_view style, Anchor anchor);
    void line(double x1, double y1, double x2, double y2, std::string_view style);
    // A circle that says `title` when it is pointed at.
    void dot(double x, double y, double radius, std::string_view title);
    struct Point {
        double x = 0, y = 0;
    };
    void curve(const std::vector<Point>& points, std::string_view style);
    void area(const std::vector<Point>& points, std::string_view style);

    [[nodiscard]] std::string finish();

private:
    void add(std::string_view element, const std::vector<Point>& points, std::string_view style);

    std::string m_text;
};

} // namespace engine
