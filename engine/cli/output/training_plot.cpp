#include "engine/cli/output/training_plot.h"

#include "engine/cli/output/svg_text.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <limits>
#include <string_view>

namespace engine {

namespace {

// In pixels.
constexpr double kWidth = 960, kLeft = 72, kRight = 24, kPanel = 270, kGap = 58, kTop = 24, kBottom = 64,
                 kLegendLine = 22, kPlotWidth = kWidth - kLeft - kRight;
// Colours that people who see few of them can tell apart, on white and on black; then dashes.
constexpr std::size_t kColours = 6;
constexpr double kSmoothed = 0.02; // of the training, over which a mean is taken
constexpr double kStart = 0.05;    // of the training, which the axes need not hold

constexpr const char* kStyle = R"(<style>
.ground { fill: #ffffff; }
text { fill: #1d1d20; font: 13px "DejaVu Sans", Verdana, sans-serif; }
.small { font-size: 12px; fill: #55555c; }
.grid { stroke: #e2e2e7; }
.axis { stroke: #77777f; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.raw { stroke-width: 1; stroke-opacity: 0.35; }
.c0 { stroke: #0067a8; } .c1 { stroke: #c94f00; } .c2 { stroke: #00835f; }
.c3 { stroke: #a8437f; } .c4 { stroke: #6a51a8; } .c5 { stroke: #5e5e66; }
circle { fill: #ffffff; stroke-width: 1.5; }
.d1 { stroke-dasharray: 7 4; } .d2 { stroke-dasharray: 2 3; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #1b1b1f; }
  text { fill: #ececf0; }
  .small { fill: #b4b4bd; }
  .grid { stroke: #34343b; }
  .axis { stroke: #8c8c96; }
  .c0 { stroke: #5cb8f0; } .c1 { stroke: #ff9d5c; } .c2 { stroke: #4fd0a3; }
  .c3 { stroke: #f0a0cd; } .c4 { stroke: #b7a2f5; } .c5 { stroke: #c6c6cc; }
  circle { fill: #1b1b1f; }
}
</style>
)";

struct Point {
    double tokens = 0, value = 0;
};
using Curve = std::vector<Point>;

[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...) {
    char out[512];
    va_list values;
    va_start(values, format);
    std::vsnprintf(out, sizeof out, format, values);
    va_end(values);
    return out;
}

std::string classOf(std::size_t log) { return text("c%zu d%zu", log % kColours, log / kColours % 3); }

Curve lossOf(const PlottedLog& log) {
    Curve curve;
    for (const TrainingLogRow& row : log.rows)
        if (std::isfinite(row.loss))
            curve.push_back({static_cast<double>(row.tokens), row.loss});
    return curve;
}

Curve validationOf(const PlottedLog& log) {
    Curve curve;
    for (const TrainingLogRow& row : log.rows)
        if (row.validationBitsPerByte && std::isfinite(*row.validationBitsPerByte))
            curve.push_back({static_cast<double>(row.tokens), *row.validationBitsPerByte});
    return curve;
}

// Each point becomes the mean of those around it, which count for the tokens that they are a mean of.
Curve smoothed(const Curve& curve) {
    Curve out;
    const double reach = curve.empty() ? 0 : curve.back().tokens * kSmoothed / 2;
    std::size_t begin = 0, end = 0;
    const auto weight = [&](std::size_t i) { return curve[i].tokens - (i == 0 ? 0 : curve[i - 1].tokens); };
    for (const Point& point : curve) {
        while (end < curve.size() && curve[end].tokens <= point.tokens + reach)
            ++end;
        while (curve[begin].tokens < point.tokens - reach)
            ++begin;
        double sum = 0, weights = 0;
        for (std::size_t i = begin; i < end; ++i) {
            sum += weight(i) * curve[i].value;
            weights += weight(i);
        }
        out.push_back({point.tokens, weights > 0 ? sum / weights : point.value});
    }
    return out;
}

// 1, 2 or 5 times a power of ten, so that about `count` of them make `range`.
double tickOf(double range, double count) {
    const double wanted = range / count, power = std::pow(10, std::floor(std::log10(wanted)));
    for (const double step : {1.0, 2.0, 5.0})
        if (wanted <= step * power)
            return step * power;
    return 10 * power;
}

struct Axis {
    double least = 0, largest = 1, tick = 1;

    [[nodiscard]] double share(double value) const { return (value - least) / (largest - least); }
    // As many decimals as the ticks need.
    [[nodiscard]] std::string label(double value) const {
        const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(tick) - 1e-9)));
        return text("%.*f", decimals, value);
    }
};

// Holds every curve from `start` on, and its end.
Axis axisOf(const std::vector<Curve>& curves, double start) {
    double least = std::numeric_limits<double>::infinity(), largest = -least;
    for (const Curve& curve : curves)
        for (std::size_t i = 0; i < curve.size(); ++i)
            if (curve[i].tokens >= start || i + 1 == curve.size()) {
                least = std::min(least, curve[i].value);
                largest = std::max(largest, curve[i].value);
            }
    const double range = largest - least > 1e-6 ? largest - least : 0.1;
    Axis axis;
    axis.tick = tickOf(range * 1.1, 6);
    axis.least = std::floor((least - 0.05 * range) / axis.tick) * axis.tick;
    axis.largest = std::ceil((largest + 0.05 * range) / axis.tick) * axis.tick;
    return axis;
}

// One pair of axes with its curves; `tokens` in units.
class Panel {
public:
    Panel(double top, const Axis& tokens, const Axis& values)
        : m_top(top)
        , m_tokens(tokens)
        , m_values(values) {}

    std::string frame(const std::string& title, bool hasTokens) const {
        std::string svg = text("<text x=\"%.1f\" y=\"%.1f\">%s</text>\n", kLeft, m_top - 12, title.c_str());
        for (double value = m_values.least; value < m_values.largest + m_values.tick / 2;
             value += m_values.tick) {
            const double at = y(value);
            svg += text("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", kLeft,
                        kLeft + kPlotWidth, at, at);
            svg += text("<text class=\"small\" text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                        kLeft - 8, at + 4, m_values.label(value).c_str());
        }
        for (double value = 0; value < m_tokens.largest * (1 + 1e-9); value += m_tokens.tick) {
            const double at = x(value);
            svg += text("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", at, at,
                        m_top, m_top + kPanel);
            if (hasTokens)
                svg += text("<text class=\"small\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                            at, m_top + kPanel + 20, m_tokens.label(value).c_str());
        }
        return svg + text("<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", kLeft,
                          kLeft + kPlotWidth, m_top + kPanel, m_top + kPanel);
    }

    std::string line(const Curve& curve, const std::string& classes) const {
        std::string svg = "<polyline class=\"" + classes + "\" clip-path=\"url(#panel" +
                          std::to_string(static_cast<int>(m_top)) + ")\" points=\"";
        for (const Point& point : curve)
            svg += text("%.1f,%.1f ", x(point.tokens), y(point.value));
        return svg + "\"/>\n";
    }

    std::string dots(const Curve& curve, const std::string& classes) const {
        std::string svg;
        for (const Point& point : curve)
            if (point.value <= m_values.largest)
                svg += text("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n", classes.c_str(),
                            x(point.tokens), y(point.value));
        return svg;
    }

    std::string clip() const {
        return text("<clipPath id=\"panel%d\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
                    "</clipPath>\n",
                    static_cast<int>(m_top), kLeft, m_top - 2, kPlotWidth + 3, kPanel + 4);
    }

private:
    [[nodiscard]] double x(double tokens) const { return kLeft + kPlotWidth * m_tokens.share(tokens); }
    [[nodiscard]] double y(double value) const { return m_top + kPanel * (1 - m_values.share(value)); }

    double m_top;
    Axis m_tokens, m_values;
};

// The name of each log and where it stands.
std::string legend(std::span<const PlottedLog> logs) {
    std::string svg;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const double y = kTop + kLegendLine * static_cast<double>(i);
        const Curve loss = smoothed(lossOf(logs[i])), validation = validationOf(logs[i]);
        svg +=
            text("<line class=\"%s\" stroke-width=\"2\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                 classOf(i).c_str(), kLeft, kLeft + 28, y, y);
        svg += text("<text x=\"%.1f\" y=\"%.1f\">", kLeft + 38, y + 4) + escaped(logs[i].name);
        if (!loss.empty())
            svg += text(": training %.3f nats per token", loss.back().value);
        if (!validation.empty())
            svg += text(", validation %.4f bits per byte", validation.back().value);
        svg += "</text>\n";
    }
    return svg;
}

// Without the endings that train gives a log.
std::string nameOf(const std::filesystem::path& log) {
    std::string name = log.filename().string();
    for (const char* ending : {".csv", ".safetensors"})
        if (name.ends_with(ending))
            name.resize(name.size() - std::string_view(ending).size());
    return name;
}

} // namespace

std::string trainingPlot(std::span<const PlottedLog> logs) {
    std::vector<Curve> losses, means, validations;
    double tokens = 1;
    for (const PlottedLog& log : logs) {
        losses.push_back(lossOf(log));
        means.push_back(smoothed(losses.back()));
        validations.push_back(validationOf(log));
        if (!log.rows.empty())
            tokens = std::max(tokens, static_cast<double>(log.rows.back().tokens));
    }
    const bool hasValidation = std::ranges::any_of(validations, [](const Curve& c) { return !c.empty(); });
    const bool inMillions = tokens >= 1e6;
    const double unit = inMillions ? 1e6 : 1e3;
    for (auto* curves : {&losses, &means, &validations})
        for (Curve& curve : *curves)
            for (Point& point : curve)
                point.tokens /= unit;

    const double first = kTop + kLegendLine * static_cast<double>(logs.size()) + 30;
    const double second = first + kPanel + kGap;
    const double height = (hasValidation ? second : first) + kPanel + kBottom;
    const Axis across{0, tokens / unit, tickOf(tokens / unit, 9)};
    const Panel training(first, across, axisOf(means, kStart * across.largest));
    std::string svg = text("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                           "viewBox=\"0 0 %.0f %.0f\">\n<title>Trainings</title>\n",
                           kWidth, height, kWidth, height);
    svg += kStyle;
    svg += "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n" + training.clip() + legend(logs);
    svg +=
        training.frame("Training loss, nats per token: faint as reported, strong as the mean over 2 % of the "
                       "training",
                       !hasValidation);
    for (std::size_t i = 0; i < logs.size(); ++i)
        svg += training.line(losses[i], "raw " + classOf(i));
    for (std::size_t i = 0; i < logs.size(); ++i)
        svg += training.line(means[i], classOf(i));
    if (hasValidation) {
        const Panel validation(second, across, axisOf(validations, kStart * across.largest));
        svg += validation.clip() + validation.frame("Validation, bits per byte", true);
        for (std::size_t i = 0; i < logs.size(); ++i)
            svg += validation.line(validations[i], classOf(i)) + validation.dots(validations[i], classOf(i));
    }
    svg +=
        text("<text class=\"small\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">tokens read, in %s</text>\n",
             kLeft + kPlotWidth / 2, height - 18, inMillions ? "millions" : "thousands");
    return svg + "</svg>\n";
}

Expected<void> plotTrainings(const std::vector<std::filesystem::path>& logs,
                             const std::filesystem::path& picture) {
    std::vector<PlottedLog> plotted;
    for (const std::filesystem::path& log : logs) {
        auto rows = readTrainingLog(log);
        if (!rows)
            return failure(rows.error());
        if (rows->empty())
            return failure(ErrorCode::InvalidArgument, log.string() + ": there is no row in this log yet");
        plotted.push_back({nameOf(log), std::move(*rows)});
    }
    return writePicture(trainingPlot(plotted), picture);
}

} // namespace engine
