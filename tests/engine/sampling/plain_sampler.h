// plain_sampler.h: the distribution that sampler.h defines, written down as plainly as possible, in double,
// with full sorts. Shares no code with the engine's sampler.
#pragma once

#include "engine/sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace test {

struct PlainDistribution {
    std::map<int, double> probabilities; // of the tokens that can be drawn
    // How near a filter came to deciding the other way; below about 1e-6, float and double may differ.
    double margin = 1;
};

struct PlainToken {
    int token;
    double probability;
};

inline void normalise(std::vector<PlainToken>& tokens) {
    double total = 0;
    for (const PlainToken& t : tokens)
        total += t.probability;
    for (PlainToken& t : tokens)
        t.probability /= total;
}

// Keeps the first tokens of the list until they make up `share`.
inline void keepShare(std::vector<PlainToken>& tokens, double share, double& margin) {
    double sum = 0;
    std::size_t count = 0;
    while (count < tokens.size() && (count == 0 || sum < share)) {
        sum += tokens[count].probability;
        margin = std::min(margin, std::abs(sum - share));
        ++count;
    }
    // Nearly a tie with the last one: in float it may be one, and then the lower id decides.
    const double last = tokens[count - 1].probability;
    for (const PlainToken& t : tokens)
        if (t.probability != last)
            margin = std::min(margin, std::abs(t.probability / last - 1) * 0.1);
    tokens.resize(count);
    normalise(tokens);
}

// How long the repetition would be that `token` goes on with, by trying every place.
inline int plainRepetition(const std::vector<int>& history, int token, const engine::SamplerSettings& s) {
    const auto isBreaker = [&](int t) {
        return std::find(s.dryBreakers.begin(), s.dryBreakers.end(), t) != s.dryBreakers.end();
    };
    const std::size_t size = history.size();
    const std::size_t from = s.dryRange > 0 && size > std::size_t(s.dryRange) ? size - s.dryRange : 0;
    int longest = 0;
    for (std::size_t place = from; place < size; ++place) {
        if (history[place] != token || isBreaker(token))
            continue;
        int length = 0;
        while (place >= from + std::size_t(length) + 1 &&
               history[place - 1 - length] == history[size - 1 - length] &&
               !isBreaker(history[place - 1 - length]))
            ++length;
        longest = std::max(longest, length);
    }
    return longest;
}

// Leaves out all of at least the threshold's probability, but for the last of them.
inline void excludeTop(std::vector<PlainToken>& tokens, double threshold, double& margin) {
    std::size_t top = 0;
    for (const PlainToken& t : tokens) {
        margin = std::min(margin, std::abs(t.probability - threshold));
        top += t.probability >= threshold;
    }
    if (top < 2)
        return;
    if (tokens[top - 1].probability != tokens[top - 2].probability)
        margin = std::min(margin, 0.1 * (tokens[top - 2].probability / tokens[top - 1].probability - 1));
    tokens.erase(tokens.begin(), tokens.begin() + std::ptrdiff_t(top) - 1);
    normalise(tokens);
}

// exp(bias) times the weight of what is left, and of the others if the bias is above 0.
inline std::map<int, double> withBiases(const std::vector<PlainToken>& tokens,
                                        const std::vector<double>& scores, double largest,
                                        const engine::SamplerSettings& s) {
    std::map<int, double> weights;
    const auto weigh = [&](int token) {
        return std::exp((scores[std::size_t(token)] - largest) / s.temperature);
    };
    for (const PlainToken& t : tokens)
        weights[t.token] = weigh(t.token);
    for (const auto& [token, bias] : s.biases)
        if (std::size_t(token) < scores.size() && (bias > 0 || weights.contains(token)))
            weights[token] = weigh(token) * std::exp(double(bias));
    std::erase_if(weights, [](const auto& weight) { return weight.second == 0; });
    if (weights.empty()) {
        int best = -1;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const auto bias = s.biases.find(int(i));
            if ((bias == s.biases.end() || std::isfinite(bias->second)) && std::isfinite(scores[i]) &&
                (best < 0 || scores[i] > scores[std::size_t(best)]))
                best = int(i);
        }
        weights[std::max(best, 0)] = 1;
    }
    double total = 0;
    for (const auto& [token, weight] : weights)
        total += weight;
    for (auto& [token, weight] : weights)
        weight /= total;
    return weights;
}

inline PlainDistribution plainDistribution(const std::vector<float>& logits, const std::vector<int>& history,
                                           const engine::SamplerSettings& s) {
    constexpr double kNever = -std::numeric_limits<double>::infinity();
    PlainDistribution result;
    std::vector<double> scores(logits.begin(), logits.end());
    for (double& score : scores)
        if (std::isnan(score))
            score = kNever;
        else
            score = std::min(score, double(std::numeric_limits<float>::max()));

    for (std::size_t token = 0; token < scores.size(); ++token) {
        double weight = 0;
        bool isSeen = false;
        for (std::size_t i = 0; i < history.size(); ++i)
            if (history[i] == int(token)) {
                isSeen = true;
                weight += std::pow(double(s.penaltyDecay), double(history.size() - 1 - i));
            }
        if (!isSeen)
            continue;
        scores[token] =
            scores[token] > 0 ? scores[token] / s.repetitionPenalty : scores[token] * s.repetitionPenalty;
        scores[token] -= s.presencePenalty;
        scores[token] -= s.frequencyPenalty * weight;
    }
    for (std::size_t token = 0; s.dryMultiplier > 0 && token < scores.size(); ++token)
        if (const int length = plainRepetition(history, int(token), s); length >= s.dryAllowedLength)
            scores[token] -= s.dryMultiplier * std::pow(double(s.dryBase), length - s.dryAllowedLength);
    for (const int token : s.bannedTokens)
        if (std::size_t(token) < scores.size())
            scores[std::size_t(token)] = kNever;

    std::vector<PlainToken> tokens;
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (scores[i] > kNever)
            tokens.push_back({int(i), scores[i]});
    const auto larger = [](const PlainToken& a, const PlainToken& b) {
        return a.probability != b.probability ? a.probability > b.probability : a.token < b.token;
    };
    std::sort(tokens.begin(), tokens.end(), larger);
    if (tokens.empty()) {
        int token = 0;
        while (std::count(s.bannedTokens.begin(), s.bannedTokens.end(), token))
            ++token;
        result.probabilities[token < int(logits.size()) ? token : 0] = 1;
        return result;
    }
    if (s.temperature == 0) {
        for (PlainToken& t : tokens)
            if (const auto bias = s.biases.find(t.token); bias != s.biases.end())
                t.probability += bias->second;
        result.probabilities[std::min_element(tokens.begin(), tokens.end(), larger)->token] = 1;
        return result;
    }
    if (s.topK > 0 && std::size_t(s.topK) < tokens.size()) {
        // Penalised logits are rounded to float; closer ones could change places.
        const double gap =
            tokens[std::size_t(s.topK) - 1].probability - tokens[std::size_t(s.topK)].probability;
        if (gap != 0)
            result.margin = std::min(result.margin, gap);
        tokens.resize(std::size_t(s.topK));
    }
    const double largest = tokens[0].probability;
    for (PlainToken& t : tokens)
        t.probability = std::exp((t.probability - largest) / s.temperature);
    normalise(tokens);
    if (s.typical < 1) {
        double entropy = 0;
        for (const PlainToken& t : tokens)
            if (t.probability > 0)
                entropy -= t.probability * std::log(t.probability);
        const auto distance = [&](const PlainToken& t) {
            return std::abs(-std::log(t.probability) - entropy);
        };
        std::sort(tokens.begin(), tokens.end(), [&](const PlainToken& a, const PlainToken& b) {
            return distance(a) != distance(b) ? distance(a) < distance(b) : a.token < b.token;
        });
        for (std::size_t i = 1; i < tokens.size(); ++i)
            if (tokens[i].probability > 1e-9 && tokens[i].probability != tokens[i - 1].probability)
                result.margin =
                    std::min(result.margin, 0.1 * (distance(tokens[i]) - distance(tokens[i - 1])));
        keepShare(tokens, s.typical, result.margin);
        std::sort(tokens.begin(), tokens.end(), larger);
    }
    if (s.topP < 1)
        keepShare(tokens, s.topP, result.margin);
    if (s.minP > 0) {
        const double bound = s.minP * tokens[0].probability;
        for (const PlainToken& t : tokens)
            result.margin =
                std::min(result.margin, t.probability == tokens[0].probability
                                            ? 1
                                            : std::abs(t.probability - bound) / tokens[0].probability);
        std::erase_if(tokens, [&](const PlainToken& t) { return t.probability < bound; });
        normalise(tokens);
    }
    // By chance: what comes of it is a mixture of both.
    std::vector<PlainToken> excluded = tokens;
    if (s.xtcProbability > 0)
        excludeTop(excluded, s.xtcThreshold, result.margin);
    for (const auto& [list, share] :
         {std::pair(&tokens, 1.0 - s.xtcProbability), std::pair(&excluded, double(s.xtcProbability))})
        if (share > 0)
            for (const auto& [token, probability] : withBiases(*list, scores, largest, s))
                result.probabilities[token] += share * probability;
    return result;
}

} // namespace test
