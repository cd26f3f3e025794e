#include "engine/sampling/sampler.h"

#include "engine/sampling/filters.h"
#include "engine/sampling/logit_loops.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace engine {

namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();
// Smaller temperatures would make 0 times infinity out of the largest logit.
constexpr float kSmallestTemperature = 1e-30f;

// Weights below this cannot pass the filters, whatever the others are: all tokens below the first bound
// together weigh less than the share that top-p leaves out, and the second is min-p's own, the largest weight
// being 1. It takes away most of a large vocabulary before anything is ordered.
double hopelessWeight(const SamplerSettings& settings, double total, std::size_t vocabulary) {
    if (settings.typical < 1) // keeps by another order
        return 0;
    const double belowTopP = (1.0 - settings.topP) * total / static_cast<double>(vocabulary);
    return std::max(belowTopP, static_cast<double>(settings.minP));
}

} // namespace

Sampler::Sampler(const SamplerSettings& settings)
    : m_settings(settings)
    , m_random(settings.seed) {}

void Sampler::observe(int token) {
    ++m_step;
    Occurrences& seen = m_history[token];
    const auto passed = static_cast<double>(m_step - seen.step);
    seen = {seen.weight * std::pow(static_cast<double>(m_settings.penaltyDecay), passed) + 1, m_step};
}

void Sampler::applyBans(std::span<float> logits) const {
    for (const int token : m_settings.bannedTokens)
        if (static_cast<std::size_t>(token) < logits.size())
            logits[static_cast<std::size_t>(token)] = kBanned;
}

bool Sampler::hasPenalties() const {
    const SamplerSettings& s = m_settings;
    return s.repetitionPenalty != 1 || s.presencePenalty != 0 || s.frequencyPenalty != 0;
}

double Sampler::subtracted(const Occurrences& seen) const {
    const SamplerSettings& s = m_settings;
    if (s.frequencyPenalty == 0)
        return s.presencePenalty;
    const double logDecay = std::log(static_cast<double>(s.penaltyDecay));
    return s.presencePenalty +
           s.frequencyPenalty * seen.weight * std::exp(logDecay * static_cast<double>(m_step - seen.step));
}

void Sampler::applyPenalties(std::span<float> logits) const {
    if (!hasPenalties())
        return;
    const float repetition = m_settings.repetitionPenalty;
    for (const auto& [token, seen] : m_history) {
        if (static_cast<std::size_t>(token) >= logits.size())
            continue;
        float& logit = logits[static_cast<std::size_t>(token)];
        const double penalised = logit > 0 ? logit / repetition : logit * repetition;
        logit = static_cast<float>(penalised - subtracted(seen));
    }
}

int Sampler::lowestUnbanned(std::size_t vocabulary) const {
    std::vector<bool> isBanned(vocabulary);
    for (const int token : m_settings.bannedTokens)
        if (static_cast<std::size_t>(token) < vocabulary)
            isBanned[static_cast<std::size_t>(token)] = true;
    const auto found = std::find(isBanned.begin(), isBanned.end(), false);
    return found == isBanned.end() ? 0 : static_cast<int>(found - isBanned.begin());
}

// Leaves in m_candidates what may be drawn, by token, with weights.
void Sampler::filter(std::span<float> logits, float largest) {
    const SamplerSettings& s = m_settings;
    const float scale = 1 / std::max(s.temperature, kSmallestTemperature);
    double total = 0;
    if (s.topK > 0 && static_cast<std::size_t>(s.topK) < logits.size()) {
        findLargestLogits(logits, static_cast<std::size_t>(s.topK), m_candidates, m_memory);
        for (Candidate& c : m_candidates) {
            float weight = c.probability;
            weighLogits({&weight, 1}, largest, scale);
            c.probability = weight;
        }
        std::erase_if(m_candidates, [](const Candidate& c) { return c.probability == 0; });
        total = totalWeight(m_candidates);
    } else {
        total = weighLogits(logits, largest, scale);
        const auto bound = static_cast<float>(hopelessWeight(s, total, logits.size()));
        m_candidates.clear();
        for (std::size_t i = 0; i < logits.size(); ++i)
            if (logits[i] > 0 && logits[i] >= bound)
                m_candidates.push_back({static_cast<int>(i), logits[i]});
    }
    if (s.typical < 1) {
        keepTypical(m_candidates, s.typical, m_memory);
        total = totalWeight(m_candidates);
    }
    if (s.topP < 1)
        keepMostLikely(m_candidates, s.topP, total, m_memory);
    if (s.minP > 0)
        keepAtLeast(m_candidates, s.minP);
}

Candidate Sampler::draw() {
    const double total = totalWeight(m_candidates);
    for (Candidate& c : m_candidates)
        c.probability = static_cast<float>(c.probability / total);
    double left = m_random.uniform() * totalWeight(m_candidates);
    for (const Candidate& c : m_candidates) {
        left -= c.probability;
        if (left < 0)
            return c;
    }
    return m_candidates.back(); // reached by rounding only
}

int Sampler::sample(std::span<float> logits) {
    applyPenalties(logits);
    applyBans(logits);
    const float largest = cleanLogits(logits);
    if (largest == kBanned || m_settings.temperature == 0) {
        const int token =
            largest == kBanned
                ? lowestUnbanned(logits.size())
                : static_cast<int>(std::find(logits.begin(), logits.end(), largest) - logits.begin());
        m_drawn = {token, 1};
        m_candidates.assign(1, m_drawn);
        m_isSorted = true;
    } else {
        filter(logits, largest);
        m_drawn = draw();
        m_isSorted = false;
    }
    observe(m_drawn.token);
    return m_drawn.token;
}

TokenDraw Sampler::onDevice(int vocabulary) {
    const SamplerSettings& s = m_settings;
    const auto exists = [&](int token) { return token >= 0 && token < vocabulary; };
    m_penalties.clear();
    if (hasPenalties()) {
        for (const auto& [token, seen] : m_history)
            if (exists(token))
                m_penalties.push_back({token, static_cast<float>(subtracted(seen))});
    }
    m_banned.clear();
    std::ranges::copy_if(s.bannedTokens, std::back_inserter(m_banned), exists);
    TokenDraw draw;
    draw.vocabulary = vocabulary;
    draw.temperature = s.temperature;
    draw.topK = s.topK;
    draw.topP = s.topP;
    draw.minP = s.minP;
    draw.typical = s.typical;
    draw.repetitionPenalty = s.repetitionPenalty;
    draw.penalties = m_penalties;
    draw.banned = m_banned;
    Random next = m_random; // what is not accepted has drawn nothing
    draw.uniform = next.uniform();
    return draw;
}

void Sampler::accept(const DrawnToken& drawn) {
    if (m_settings.temperature != 0)
        (void)m_random.uniform();
    m_drawn = {drawn.token, drawn.probability};
    m_candidates.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(drawn.bestCount); ++i)
        m_candidates.push_back({drawn.bestTokens[i], drawn.bestProbabilities[i]});
    m_isSorted = true;
    observe(drawn.token);
}

const std::vector<Candidate>& Sampler::candidates() const {
    if (!m_isSorted)
        std::sort(m_candidates.begin(), m_candidates.end(), [](const Candidate& a, const Candidate& b) {
            return a.probability != b.probability ? a.probability > b.probability : a.token < b.token;
        });
    m_isSorted = true;
    return m_candidates;
}

} // namespace engine
