#include "engine/cli/commands/evaluate/page/svg.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace engine {

namespace {

std::string place(double value) { return fixedNumber(value, 1); }

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

} // namespace

std::string fixedNumber(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

Ticks ticks(double low, double high, int count) {
    const double raw = std::max((high - low) / std::max(1, count), 1e-9);
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    const double step = (raw / power <= 1 ? 1 : raw / power <= 2 ? 2 : raw / power <= 5 ? 5 : 10) * power;
    Ticks result;
    result.decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    const auto first = static_cast<long long>(std::ceil(low / step - 1e-9));
    const auto last = static_cast<long long>(std::floor(high / step + 1e-9));
    for (long long i = first; i <= last; ++i)
        result.values.push_back(static_cast<double>(i) * step);
    return result;
}

Svg::Svg(double width, double height, std::string_view label) {
    m_text = "<svg" + attribute("viewBox", "0 0 " + place(width) + " " + place(height)) +
             attribute("role", "img") + attribute("aria-label", label) +
             attribute("style", "max-width:" + place(width) + "px") + ">\n";
}

void Svg::text(double x, double y, std::string_view what, std::string_view style, Anchor anchor) {
    const char* name = anchor == Anchor::Start ? "start" : anchor == Anchor::Middle ? "middle" : "end";
    m_text += "<text" + attribute("x", place(x)) + attribute("y", place(y)) + attribute("class", style) +
              attribute("text-anchor", name) + ">" + escaped(what) + "</text>\n";
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
    m_text += "<line" + attribute("x1", place(x1)) + attribute("y1", place(y1)) + attribute("x2", place(x2)) +
              attribute("y2", place(y2)) + attribute("class", style) + "/>\n";
}

void Svg::dot(double x, double y, double radius, std::string_view title) {
    m_text += "<circle" + attribute("cx", place(x)) + attribute("cy", place(y)) +
              attribute("r", place(radius)) + attribute("class", "dot") + "><title>" + escaped(title) +
              "</title></circle>\n";
}

void Svg::curve(const std::vector<Point>& points, std::string_view style) { add("polyline", points, style); }
void Svg::area(const std::vector<Point>& points, std::string_view style) { add("polygon", points, style); }

void Svg::add(std::string_view element, const std::vector<Point>& points, std::string_view style) {
    std::string places;
    for (const Point& point : points)
        places += (places.empty() ? "" : " ") + place(point.x) + "," + place(point.y);
    m_text += "<" + std::string(element) + attribute("points", places) + attribute("class", style) + "/>\n";
}

std::string Svg::finish() { return std::move(m_text) + "</svg>\n"; }

} // namespace engine
