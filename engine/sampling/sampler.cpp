#include "engine/sampling/sampler.h"

#include "engine/sampling/filters.h"
#include "engine/sampling/logit_loops.h"
#include "engine/sampling/repeat_lengths.h"

#include <algorithm>
#include <cassert>
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
    if (m_isUndoable)
        m_undo.push_back({token, seen});
    if (m_settings.dryMultiplier > 0)
        m_text.push_back(token);
    const auto passed = static_cast<double>(m_step - seen.step);
    seen = {seen.weight * std::pow(static_cast<double>(m_settings.penaltyDecay), passed) + 1, m_step};
}

void Sampler::setUndoable(bool isUndoable) {
    m_isUndoable = isUndoable;
    m_undo.clear();
}

void Sampler::takeBack() {
    assert(!m_undo.empty());
    const Undo undo = m_undo.back();
    m_undo.pop_back();
    --m_step;
    if (undo.before.weight == 0)
        m_history.erase(undo.token);
    else
        m_history[undo.token] = undo.before;
    if (m_settings.dryMultiplier > 0)
        m_text.pop_back();
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

void Sampler::applyDry(std::span<float> logits) {
    const SamplerSettings& s = m_settings;
    if (s.dryMultiplier == 0)
        return;
    std::span<const int> text = m_text;
    if (s.dryRange > 0 && text.size() > static_cast<std::size_t>(s.dryRange))
        text = text.last(static_cast<std::size_t>(s.dryRange));
    findRepeatLengths(text, std::max(s.dryAllowedLength, 1), s.dryBreakers, m_repeats, m_repeatMemory);
    for (const auto& [token, length] : m_repeats)
        if (static_cast<std::size_t>(token) < logits.size())
            logits[static_cast<std::size_t>(token)] -= static_cast<float>(
                s.dryMultiplier * std::pow(static_cast<double>(s.dryBase), length - s.dryAllowedLength));
}

bool Sampler::isRemoved(int token) const {
    const auto bias = m_settings.biases.find(token);
    return bias != m_settings.biases.end() && bias->second == kBanned;
}

int Sampler::lowestUnbanned(std::size_t vocabulary) const {
    std::vector<bool> isBanned(vocabulary);
    for (const int token : m_settings.bannedTokens)
        if (static_cast<std::size_t>(token) < vocabulary)
            isBanned[static_cast<std::size_t>(token)] = true;
    for (const auto& [token, bias] : m_settings.biases)
        if (bias == kBanned && token >= 0 && static_cast<std::size_t>(token) < vocabulary)
            isBanned[static_cast<std::size_t>(token)] = true;
    const auto found = std::find(isBanned.begin(), isBanned.end(), false);
    return found == isBanned.end() ? 0 : static_cast<int>(found - isBanned.begin());
}

// Leaves in m_candidates what may be drawn, by token, with weights.
void Sampler::filter(std::span<float> logits, float largest) {
    const SamplerSettings& s = m_settings;
    const float scale = 1 / std::max(s.temperature, kSmallestTemperature);
    double total = 0;
    m_keepsLogits = s.topK > 0 && static_cast<std::size_t>(s.topK) < logits.size();
    if (m_keepsLogits) {
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
    applyXtc();
    applyBiases(logits, scale, largest);
}

void Sampler::applyXtc() {
    const SamplerSettings& s = m_settings;
    if (s.xtcProbability == 0 || m_random.uniform() >= s.xtcProbability)
        return;
    const double bound = s.xtcThreshold * totalWeight(m_candidates);
    const Candidate* least = nullptr; // of those at or above the threshold; of equals the higher id
    for (const Candidate& c : m_candidates)
        if (c.probability >= bound && (least == nullptr || c.probability <= least->probability))
            least = &c;
    if (least == nullptr)
        return;
    const int kept = least->token;
    std::erase_if(m_candidates,
                  [&](const Candidate& c) { return c.probability >= bound && c.token != kept; });
}

// `logits` are the weights of all tokens by now, or still logits after top-k. Both lists are by token.
void Sampler::applyBiases(std::span<float> logits, float scale, float largest) {
    if (m_settings.biases.empty())
        return;
    m_biased.clear();
    auto candidate = m_candidates.begin();
    const auto takeUpTo = [&](int token) {
        for (; candidate != m_candidates.end() && candidate->token < token; ++candidate)
            m_biased.push_back(*candidate);
    };
    for (const auto& [token, bias] : m_settings.biases) {
        if (token < 0 || static_cast<std::size_t>(token) >= logits.size())
            continue;
        takeUpTo(token);
        float weight = 0;
        if (candidate != m_candidates.end() && candidate->token == token) {
            weight = (candidate++)->probability;
        } else if (bias > 0) {
            weight = logits[static_cast<std::size_t>(token)];
            if (m_keepsLogits)
                weighLogits({&weight, 1}, largest, scale);
        }
        weight *= std::exp(bias);
        if (weight > 0)
            m_biased.push_back({token, std::min(weight, std::numeric_limits<float>::max())});
    }
    takeUpTo(std::numeric_limits<int>::max());
    if (m_biased.empty()) { // all that was left has been taken away: the best of the others
        float best = kBanned;
        int token = lowestUnbanned(logits.size());
        for (std::size_t i = 0; i < logits.size(); ++i)
            if (logits[i] > std::max(best, m_keepsLogits ? kBanned : 0.0f) &&
                !isRemoved(static_cast<int>(i))) {
                best = logits[i];
                token = static_cast<int>(i);
            }
        m_biased.push_back({token, 1});
    }
    m_candidates.swap(m_biased);
}

Candidate Sampler::greedy(std::span<const float> logits) const {
    int token = -1;
    float best = kBanned;
    const auto consider = [&](std::size_t i, float logit) {
        if (logit > best) {
            best = logit;
            token = static_cast<int>(i);
        }
    };
    auto bias = m_settings.biases.lower_bound(0);
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const bool isBiased = bias != m_settings.biases.end() && static_cast<std::size_t>(bias->first) == i;
        consider(i, isBiased ? logits[i] + (bias++)->second : logits[i]);
    }
    return {token >= 0 ? token : lowestUnbanned(logits.size()), 1};
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
    applyDry(logits);
    applyBans(logits);
    const float largest = cleanLogits(logits);
    if (largest == kBanned || m_settings.temperature == 0) {
        m_drawn = greedy(logits);
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

bool Sampler::drawsOnDevice() const {
    const SamplerSettings& s = m_settings;
    return s.dryMultiplier == 0 && s.xtcProbability == 0 && s.biases.empty();
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
