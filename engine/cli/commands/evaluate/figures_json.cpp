#include "engine/cli/commands/evaluate/figures_json.h"

#include <cmath>

namespace engine {

namespace {

Json numberOrNull(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json toJson(const Estimate& estimate) {
    return {{"value", numberOrNull(estimate.value)},
            {"low", numberOrNull(estimate.interval.low)},
            {"high", numberOrNull(estimate.interval.high)}};
}

Json toJson(const std::optional<Estimate>& estimate) { return estimate ? toJson(*estimate) : Json(nullptr); }

Json toJson(const PerplexityReport& report) {
    Json byPosition = Json::array();
    for (const PositionLoss& stretch : report.byPosition)
        if (stretch.tokens > 0)
            byPosition.push_back({{"begin", stretch.begin},
                                  {"end", stretch.end > 0 ? Json(stretch.end) : Json(nullptr)},
                                  {"tokens", stretch.tokens},
                                  {"nats_per_token", stretch.nats / static_cast<double>(stretch.tokens)}});
    return {{"bits_per_byte", report.bitsPerByte},
            {"perplexity", report.perplexity},
            {"tokens", report.tokens},
            {"bytes", report.bytes},
            {"documents", report.documents},
            {"seconds", report.seconds},
            {"tokens_per_second", static_cast<double>(report.tokens) / report.seconds},
            {"by_position", byPosition}};
}

Json toJson(const GenerationTimes& times) {
    return {{"forward_seconds", toJson(times.forwardSeconds)},
            {"generation_seconds", toJson(times.generationSeconds)},
            {"forward_ratio", toJson(times.forwardRatio)},
            {"generation_ratio", toJson(times.generationRatio)},
            {"generated_tokens", times.generatedTokens},
            {"prompt_tokens", times.promptTokens},
            {"timed_prompts", times.prompts}};
}

// `rows`: what they are called.
Json toJson(const MeanGates& gates, const char* rows) {
    Json list = Json::array();
    for (const Estimate& row : gates.rows)
        list.push_back(toJson(row));
    return {{"tokens", gates.tokens}, {"all_layers", toJson(gates.allLayers)}, {rows, list}};
}

// Where a layer has several rows, they stand one after another, layer by layer.
Json toJson(const GatesByClass& gates) {
    const char* const rows = gates.rowNames.empty() ? "layers" : "rows";
    Json classes = Json::object();
    for (std::size_t i = 0; i < kTokenClasses.size(); ++i)
        classes[key(kTokenClasses[i])] = toJson(gates.classes[i], rows);
    Json json{{"layers", gates.layout.layers},
              {"paragraphs", gates.paragraphs},
              {"classes", classes},
              {"all", toJson(gates.all, rows)}};
    if (!gates.rowNames.empty())
        json["rows_of_layer"] = gates.rowNames;
    return json;
}

Json toJson(const ModelFigures& figures) {
    Json json = Json::object();
    if (figures.perplexity)
        json.update(toJson(*figures.perplexity));
    if (figures.times)
        json.update(toJson(*figures.times));
    if (figures.greedy)
        json.update(toJson(*figures.greedy));
    if (figures.sampled)
        json["sampled"] = toJson(*figures.sampled);
    if (figures.gates)
        json["gates"] = toJson(*figures.gates);
    json["model"] = figures.name;
    json["enhancement"] = figures.enhancement;
    return json;
}

// What the models were measured on.
Json circumstances(const Evaluation& evaluation) {
    Json json = Json::object();
    if (!evaluation.text.empty())
        json["text"] = evaluation.text;
    if (!evaluation.prompts.empty())
        json.update({{"prompts", evaluation.prompts},
                     {"continuation_tokens", evaluation.continuationTokens},
                     {"temperature", evaluation.sampler.temperature},
                     {"top_k", evaluation.sampler.topK},
                     {"top_p", evaluation.sampler.topP},
                     {"seed", evaluation.sampler.seed}});
    json["bootstrap_samples"] = evaluation.bootstrap.samples;
    json["bootstrap_seed"] = evaluation.bootstrap.seed;
    return json;
}

} // namespace

Json toJson(const GenerationScores& scores) {
    return {{"texts", scores.texts},
            {"bleu", toJson(scores.bleu)},
            {"rouge1", toJson(scores.rouge1)},
            {"rougeL", toJson(scores.rougeL)},
            {"self_bleu", toJson(scores.selfBleu)},
            {"repeated_4grams", toJson(scores.repeatedFourGrams)},
            {"brevity_penalty", scores.brevityPenalty},
            {"length_ratio", scores.lengthRatio}};
}

Json toJson(const Evaluation& evaluation, bool isList) {
    if (!isList) {
        Json json = toJson(evaluation.models.front());
        json.update(circumstances(evaluation));
        return json;
    }
    Json models = Json::array();
    for (const ModelFigures& figures : evaluation.models) {
        Json json{{"label", figures.label}};
        json.update(toJson(figures));
        models.push_back(std::move(json));
    }
    Json json{{"models", models}};
    json.update(circumstances(evaluation));
    return json;
}

std::string key(TokenClass tokenClass) {
    switch (tokenClass) {
    case TokenClass::ParagraphBreak: return "paragraph_break";
    case TokenClass::SentenceEnd: return "sentence_end";
    case TokenClass::ClauseMark: return "clause_mark";
    case TokenClass::QuotationMark: return "quotation_mark";
    case TokenClass::FirstMention: return "entity_first_mention";
    case TokenClass::LaterMention: return "entity_later_mention";
    case TokenClass::WordStart: return "word_start";
    case TokenClass::InsideWord: return "inside_word";
    case TokenClass::Other: return "other";
    }
    return "";
}

} // namespace engine
