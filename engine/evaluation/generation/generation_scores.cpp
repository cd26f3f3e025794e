#include "engine/evaluation/generation/generation_scores.h"

#include "engine/evaluation/generation/bleu.h"
#include "engine/evaluation/generation/repetition.h"
#include "engine/evaluation/generation/rouge.h"
#include "engine/evaluation/generation/self_bleu.h"

#include <cassert>
#include <limits>
#include <vector>

namespace engine {

namespace {

BleuCounts sum(std::span<const BleuCounts> texts, std::span<const std::uint32_t> times) {
    BleuCounts all;
    for (std::size_t i = 0; i < texts.size(); ++i)
        all.add(texts[i], times[i]);
    return all;
}

void addBleu(GenerationScores& scores, std::span<const BleuCounts> texts, const BootstrapSettings& settings) {
    scores.bleu = bootstrap(texts.size(), 1, settings,
                            [&](std::span<const std::uint32_t> times, std::span<double> result) {
                                result[0] = bleu(sum(texts, times));
                            })
                      .front();
    const BleuCounts all = sum(texts, std::vector<std::uint32_t>(texts.size(), 1));
    scores.brevityPenalty = brevityPenalty(all);
    scores.lengthRatio =
        all.referenceWords > 0 ? static_cast<double>(all.words) / static_cast<double>(all.referenceWords) : 0;
}

std::optional<Estimate> repeatedShare(std::span<const RepeatedNgrams> texts,
                                      const BootstrapSettings& settings) {
    const auto share = [&](std::span<const std::uint32_t> times, std::span<double> result) {
        std::int64_t repeated = 0, all = 0;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            repeated += times[i] * texts[i].repeated;
            all += times[i] * texts[i].all;
        }
        result[0] = all > 0 ? static_cast<double>(repeated) / static_cast<double>(all)
                            : std::numeric_limits<double>::quiet_NaN();
    };
    for (const RepeatedNgrams& text : texts) {
        if (text.all > 0)
            return bootstrap(texts.size(), 1, settings, share).front();
    }
    return std::nullopt;
}

} // namespace

GenerationScores scoreGenerations(std::span<const std::string> continuations,
                                  std::span<const std::string> references,
                                  const BootstrapSettings& settings) {
    assert(!continuations.empty() && continuations.size() == references.size());
    std::vector<BleuCounts> counts;
    std::vector<double> rouge1, rougeL;
    std::vector<RepeatedNgrams> repeated;
    for (std::size_t i = 0; i < continuations.size(); ++i) {
        counts.push_back(bleuCounts(continuations[i], references[i]));
        const RougeScores both = rouge(continuations[i], references[i]);
        rouge1.push_back(both.rouge1);
        rougeL.push_back(both.rougeL);
        repeated.push_back(repeatedFourGrams(continuations[i]));
    }
    GenerationScores scores;
    scores.texts = continuations.size();
    addBleu(scores, counts, settings);
    scores.rouge1 = bootstrapMean(rouge1, settings);
    scores.rougeL = bootstrapMean(rougeL, settings);
    scores.repeatedFourGrams = repeatedShare(repeated, settings);
    if (const std::vector<double> alike = selfBleu(continuations); !alike.empty())
        scores.selfBleu = bootstrapMean(alike, settings);
    return scores;
}

} // namespace engine
