#include "engine/cli/commands/evaluate/figures_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string_view>

namespace engine {

namespace {

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return std::isfinite(value) ? text : "-";
}

// Seconds with four digits that count.
int secondsDecimals(double seconds) { return seconds < 0.1 ? 5 : seconds < 10 ? 4 : 2; }

using Cell = std::function<std::string(const ModelFigures&)>;

struct PaperFigures {
    const char* base = "";
    const char* enhanced = "";
};

// Adds rows while it knows the models.
class TableBuilder {
public:
    TableBuilder(const Evaluation& evaluation, bool withPaper)
        : m_evaluation(evaluation)
        , m_withPaper(withPaper) {
        for (const ModelFigures& figures : evaluation.models)
            m_table.columns.push_back(figures.label);
        if (withPaper)
            m_table.columns.insert(m_table.columns.end(), {"paper: base", "paper: enhanced"});
    }

    // Nothing if no model has the figure.
    void add(const std::string& name, const Cell& cell, PaperFigures paper = {}) {
        FiguresTable::Row row{name, {}};
        for (const ModelFigures& figures : m_evaluation.models)
            row.cells.push_back(cell(figures));
        if (std::ranges::all_of(row.cells, &std::string::empty))
            return;
        if (m_withPaper)
            row.cells.insert(row.cells.end(), {paper.base, paper.enhanced});
        m_table.rows.push_back(std::move(row));
    }
    [[nodiscard]] FiguresTable take() { return std::move(m_table); }

private:
    const Evaluation& m_evaluation;
    bool m_withPaper;
    FiguresTable m_table;
};

template <class Value> Cell ofPerplexity(Value value) {
    return [value](const ModelFigures& figures) {
        return figures.perplexity ? value(*figures.perplexity) : std::string();
    };
}

void addPerplexity(TableBuilder& table) {
    using Report = const PerplexityReport&;
    table.add("bits per byte", ofPerplexity([](Report report) { return fixed(report.bitsPerByte, 4); }));
    table.add("perplexity", ofPerplexity([](Report report) { return fixed(report.perplexity, 3); }),
              {"3.353", "3.353"});
    table.add("tokens", ofPerplexity([](Report report) { return std::to_string(report.tokens); }));
    table.add("bytes", ofPerplexity([](Report report) { return std::to_string(report.bytes); }));
    table.add("documents", ofPerplexity([](Report report) { return std::to_string(report.documents); }));
    table.add("seconds", ofPerplexity([](Report report) { return fixed(report.seconds, 1); }));
}

using TimeMember = Estimate GenerationTimes::*;

Cell ofTimes(TimeMember member, const std::function<int(double)>& decimals) {
    return [member, decimals](const ModelFigures& figures) -> std::string {
        if (!figures.times)
            return {};
        const Estimate& time = (*figures.times).*member;
        return withInterval(time, decimals(time.value));
    };
}

void addTimes(TableBuilder& table, const Evaluation& evaluation) {
    const auto timed = std::ranges::find_if(
        evaluation.models, [](const ModelFigures& figures) { return figures.times.has_value(); });
    if (timed == evaluation.models.end())
        return;
    const int tokens = timed->times->generatedTokens;
    const bool isPapers = tokens == 50;
    table.add("forward pass, s", ofTimes(&GenerationTimes::forwardSeconds, secondsDecimals),
              {"0.4726", "0.4867"});
    table.add(std::to_string(tokens) + " tokens generated, s",
              ofTimes(&GenerationTimes::generationSeconds, secondsDecimals),
              isPapers ? PaperFigures{"2.2927", ""} : PaperFigures{});
    if (evaluation.models.size() < 2)
        return;
    const auto threeDecimals = [](double) { return 3; };
    table.add("forward pass, to the first", ofTimes(&GenerationTimes::forwardRatio, threeDecimals),
              {"1", "1.030"});
    table.add("generation, to the first", ofTimes(&GenerationTimes::generationRatio, threeDecimals));
}

using ScoresMember = std::optional<GenerationScores> ModelFigures::*;

void addScores(TableBuilder& table, const std::string& decoding, ScoresMember member) {
    const auto row = [&](const char* name, auto value, PaperFigures paper = {}) {
        table.add(
            decoding + name,
            [member, value](const ModelFigures& figures) {
                const std::optional<GenerationScores>& scores = figures.*member;
                return scores ? value(*scores) : std::string();
            },
            paper);
    };
    using Scores = const GenerationScores&;
    row("BLEU-4 (0 to 100)", [](Scores s) { return withInterval(s.bleu, 3); }, {"8.5", "16.7"});
    row("ROUGE-1", [](Scores s) { return withInterval(s.rouge1, 4); }, {"0.115", "0.225"});
    row("ROUGE-L", [](Scores s) { return withInterval(s.rougeL, 4); }, {"0.115", "0.225"});
    row("self-BLEU (0 to 100)",
        [](Scores s) { return s.selfBleu ? withInterval(*s.selfBleu, 3) : std::string("-"); });
    row("repeated 4-grams", [](Scores s) {
        return s.repeatedFourGrams ? withInterval(*s.repeatedFourGrams, 4) : std::string("-");
    });
    row("words per reference word", [](Scores s) { return fixed(s.lengthRatio, 3); });
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

} // namespace

std::string withInterval(const Estimate& estimate, int decimals) {
    return fixed(estimate.value, decimals) + " [" + fixed(estimate.interval.low, decimals) + ", " +
           fixed(estimate.interval.high, decimals) + "]";
}

FiguresTable figuresTable(const Evaluation& evaluation, bool withPaper) {
    TableBuilder table(evaluation, withPaper);
    table.add("enhancement", [](const ModelFigures& figures) { return figures.enhancement; });
    addPerplexity(table);
    addTimes(table, evaluation);
    addScores(table, "greedy: ", &ModelFigures::greedy);
    addScores(table, "sampled: ", &ModelFigures::sampled);
    return table.take();
}

FiguresTable scoresTable(const std::vector<std::string>& heads, const std::vector<GenerationScores>& scores) {
    Evaluation evaluation;
    for (std::size_t i = 0; i < heads.size(); ++i) {
        ModelFigures& figures = evaluation.models.emplace_back();
        figures.label = heads[i];
        figures.greedy = scores[i];
    }
    TableBuilder table(evaluation, false);
    table.add("texts", [](const ModelFigures& figures) { return std::to_string(figures.greedy->texts); });
    addScores(table, "", &ModelFigures::greedy);
    return table.take();
}

FiguresTable gatesTable(const GatesByClass& gates) {
    FiguresTable table{{"tokens", "mean gate, all layers"}, {}};
    const auto add = [&](std::string_view name, const MeanGates& means) {
        table.rows.push_back({std::string(name),
                              {std::to_string(means.tokens),
                               means.allLayers ? withInterval(*means.allLayers, 4) : std::string("-")}});
    };
    for (std::size_t i = 0; i < kTokenClasses.size(); ++i)
        add(name(kTokenClasses[i]), gates.classes[i]);
    add("all tokens", gates.all);
    return table;
}

std::string inColumns(const FiguresTable& table) {
    std::vector<std::size_t> widths(table.columns.size() + 1, 0);
    const auto widen = [&](std::size_t column, std::string_view text) {
        widths[column] = std::max(widths[column], characters(text));
    };
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        widen(i + 1, table.columns[i]);
    for (const auto& row : table.rows) {
        widen(0, row.name);
        for (std::size_t i = 0; i < row.cells.size(); ++i)
            widen(i + 1, row.cells[i]);
    }
    std::string text;
    const auto addLine = [&](const std::string& name, const std::vector<std::string>& cells) {
        std::string line = name + std::string(widths[0] - characters(name), ' ');
        for (std::size_t i = 0; i < cells.size(); ++i)
            line += "  " + cells[i] + std::string(widths[i + 1] - characters(cells[i]), ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    addLine("", table.columns);
    for (const auto& row : table.rows)
        addLine(row.name, row.cells);
    return text;
}

} // namespace engine
