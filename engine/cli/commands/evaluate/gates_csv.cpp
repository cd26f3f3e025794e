#include "engine/cli/commands/evaluate/gates_csv.h"

#include "engine/cli/commands/evaluate/figures_json.h"

#include <cstdio>

namespace engine {

namespace {

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + '"';
}

std::string line(const std::string& start, const std::string& layer, std::int64_t tokens,
                 const Estimate& gate) {
    char numbers[120];
    std::snprintf(numbers, sizeof numbers, ",%lld,%.9g,%.9g,%.9g\n", static_cast<long long>(tokens),
                  gate.value, gate.interval.low, gate.interval.high);
    return start + layer + numbers;
}

std::string lines(const std::string& model, const std::string& tokenClass, const MeanGates& gates,
                  const std::vector<std::string>& rowNames) {
    if (!gates.allLayers)
        return {};
    const std::string start = quoted(model) + "," + tokenClass + ",";
    std::string text;
    for (std::size_t row = 0; row < gates.rows.size(); ++row)
        text += line(start, gateRowLabel(static_cast<int>(row), rowNames), gates.tokens, gates.rows[row]);
    return text + line(start, "all", gates.tokens, *gates.allLayers);
}

} // namespace

std::string gatesCsv(const std::vector<ModelFigures>& models) {
    std::string text = "model,class,layer,tokens,mean,low,high\n";
    for (const ModelFigures& figures : models) {
        if (!figures.gates)
            continue;
        const std::vector<std::string>& names = figures.gates->rowNames;
        for (std::size_t i = 0; i < kTokenClasses.size(); ++i)
            text += lines(figures.label, key(kTokenClasses[i]), figures.gates->classes[i], names);
        text += lines(figures.label, "all", figures.gates->all, names);
    }
    return text;
}

} // namespace engine
