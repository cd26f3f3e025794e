#include "engine/cli/commands/evaluate/page/report_page.h"

#include "engine/cli/commands/evaluate/figures_table.h"
#include "engine/cli/commands/evaluate/page/gate_plots.h"
#include "engine/cli/commands/evaluate/page/svg.h"

#include <string_view>

namespace engine {

namespace {

constexpr std::string_view kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inkgate: evaluation</title>
<style>
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c2024; --muted: #5c656e; --grid: #e3e7eb;
  --accent: #1f5fa8; --band: #1f5fa833; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16191d; --ink: #e6e9ec; --muted: #9aa4ae; --grid: #2d333a; --accent: #7db4f0;
    --band: #7db4f038; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
p.note { color: var(--muted); max-width: 46rem; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 1.2rem 0.25rem 0; border-bottom: 1px solid var(--grid);
  white-space: nowrap; }
th { font-weight: 600; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
div.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 1rem; }
.label, .title { fill: var(--ink); } .title { font-weight: 600; } .muted { fill: var(--muted); }
.grid { stroke: var(--grid); } .dot { fill: var(--accent); }
.whisker { stroke: var(--accent); stroke-width: 2; } .band { fill: var(--band); stroke: none; }
.mean { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.reference { fill: none; stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 4 3; }
</style>
</head>
<body>
)html";

std::string element(std::string_view name, std::string_view text) {
    const std::string tag(name);
    return "<" + tag + ">" + escaped(text) + "</" + tag + ">";
}

std::string note(std::string_view text) { return "<p class=\"note\">" + escaped(text) + "</p>\n"; }

std::string tableOf(const FiguresTable& table) {
    std::string html = "<div class=\"wide\"><table>\n<tr><th></th>";
    for (const std::string& head : table.columns)
        html += "<th scope=\"col\">" + escaped(head) + "</th>";
    html += "</tr>\n";
    for (const auto& row : table.rows) {
        html += "<tr><th scope=\"row\">" + escaped(row.name) + "</th>";
        for (const std::string& cell : row.cells)
            html += element("td", cell);
        html += "</tr>\n";
    }
    return html + "</table></div>\n";
}

std::string circumstances(const Evaluation& evaluation) {
    std::string text;
    if (!evaluation.text.empty())
        text += "Text: " + evaluation.text + ". ";
    if (!evaluation.prompts.empty())
        text += "Prompts: " + evaluation.prompts + ", " + std::to_string(evaluation.promptCount) +
                ", continued by " + std::to_string(evaluation.continuationTokens) +
                " tokens each; sampled ones with seed " + std::to_string(evaluation.sampler.seed) +
                ", temperature " + fixedNumber(evaluation.sampler.temperature, 2) + ", top-p " +
                fixedNumber(evaluation.sampler.topP, 2) + ". ";
    return note(
        text + "In brackets: 95 % bootstrap intervals, " + std::to_string(evaluation.bootstrap.samples) +
        " drawings of prompts, for gates of paragraphs. The paper (arXiv 2502.15485) measured another "
        "model, text and machine: RWKV v6 Finch 1.6B on a Tesla T4.");
}

std::string gatesSection(const ModelFigures& figures) {
    const GatesByClass& gates = *figures.gates;
    return element("h2", "Gates of " + figures.label) + "\n" +
           note("The mean of the gate over channels, read on " + std::to_string(gates.all.tokens) +
                " tokens in " + std::to_string(gates.paragraphs) +
                " paragraphs: 0 is closed, 1 is open. Each token counts in one class.") +
           gateOverviewPlot(gates) +
           note(
               "By layer: the line is the class's mean, the band its interval, the dashed line all tokens.") +
           gateLayerPlots(gates) + tableOf(gatesTable(gates));
}

} // namespace

std::string reportPage(const Evaluation& evaluation) {
    std::string page(kHead);
    page += element("h1", "Evaluation of " + std::to_string(evaluation.models.size()) +
                              (evaluation.models.size() == 1 ? " model" : " models"));
    page += "\n" + circumstances(evaluation) + tableOf(figuresTable(evaluation, true));
    for (const ModelFigures& figures : evaluation.models) {
        if (figures.gates)
            page += gatesSection(figures);
    }
    return page + "</body>\n</html>\n";
}

} // namespace engine
