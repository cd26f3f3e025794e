#include "engine/cli/output/needle_plot.h"

#include "engine/cli/output/svg_text.h"

#include <algorithm>
#include <cstdio>

namespace engine {

namespace {

// In pixels.
constexpr double kLeft = 76, kTop = 64, kBottom = 44, kRight = 24, kFieldWidth = 72, kFieldHeight = 34,
                 kLeastWidth = 360;

// A field's colour says what its number says: the more was found, the stronger.
constexpr const char* kStyle = R"(<style>
.ground { fill: #ffffff; }
text { fill: #1d1d20; font: 13px "DejaVu Sans", Verdana, sans-serif; }
.small { font-size: 12px; fill: #55555c; }
.field { fill: #0067a8; stroke: #c9c9d1; }
.strong { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #1b1b1f; }
  text { fill: #ececf0; }
  .small { fill: #b4b4bd; }
  .field { fill: #5cb8f0; stroke: #44444c; }
  .strong { fill: #101014; }
}
</style>
)";

std::string label(double x, double y, const char* anchor, const char* style, const std::string& what) {
    char head[160];
    std::snprintf(head, sizeof head, "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">", style,
                  anchor, x, y);
    return head + what + "</text>\n";
}

std::string lengthText(int tokens) {
    return tokens % 1024 == 0 ? std::to_string(tokens / 1024) + "K" : std::to_string(tokens);
}

std::string field(double x, double y, const NeedleCell& cell) {
    const double share = cell.keys > 0 ? static_cast<double>(cell.right) / cell.keys : 0;
    char out[320];
    std::snprintf(out, sizeof out,
                  "<rect class=\"field\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                  "fill-opacity=\"%.3f\"><title>%d tokens, depth %.0f %%: %d of %d</title></rect>\n",
                  x, y, kFieldWidth, kFieldHeight, share, cell.tokens, 100 * cell.depth, cell.right,
                  cell.keys);
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.0f", 100 * share);
    return out + label(x + kFieldWidth / 2, y + kFieldHeight / 2 + 5, "middle",
                       share > 0.5 ? "strong" : "field-text", percent);
}

} // namespace

std::string needlePlot(std::span<const NeedleCell> cells, const std::string& title) {
    std::size_t depths = 0;
    while (depths < cells.size() && cells[depths].tokens == cells.front().tokens)
        ++depths;
    const std::size_t lengths = depths > 0 ? cells.size() / depths : 0;
    const double plotWidth = kFieldWidth * static_cast<double>(lengths),
                 plotHeight = kFieldHeight * static_cast<double>(depths),
                 width = std::max(kLeastWidth, kLeft + plotWidth + kRight),
                 height = kTop + plotHeight + kBottom;
    char head[256];
    std::snprintf(head, sizeof head,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                  "viewBox=\"0 0 %.0f %.0f\">\n",
                  width, height, width, height);
    std::string svg = head + ("<title>" + escaped(title) + "</title>\n") + kStyle +
                      "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n";
    svg += label(16, 26, "start", "title", escaped(title));
    svg += label(16, 48, "start", "small", "percent found; down: depth of the needle, percent");
    for (std::size_t i = 0; i < lengths * depths; ++i) {
        const double x = kLeft + kFieldWidth * static_cast<double>(i / depths),
                     y = kTop + kFieldHeight * static_cast<double>(i % depths);
        svg += field(x, y, cells[i]);
        char depth[16];
        std::snprintf(depth, sizeof depth, "%.0f", 100 * cells[i].depth);
        if (i < depths)
            svg += label(kLeft - 8, y + kFieldHeight / 2 + 5, "end", "small", depth);
        if (i % depths == 0)
            svg += label(x + kFieldWidth / 2, kTop + plotHeight + 18, "middle", "small",
                         lengthText(cells[i].tokens));
    }
    svg += label(kLeft + plotWidth / 2, kTop + plotHeight + 36, "middle", "small", "tokens of the text");
    return svg + "</svg>\n";
}

Expected<void> plotNeedles(std::span<const NeedleCell> cells, const std::string& title,
                           const std::filesystem::path& picture) {
    return writePicture(needlePlot(cells, title), picture);
}

} // namespace engine
