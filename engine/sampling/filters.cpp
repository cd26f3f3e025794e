#include "engine/sampling/filters.h"

#include "engine/sampling/logit_loops.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace engine {

namespace {

using Ranked = FilterMemory::Ranked;

// The last of the fewest items, in order, that weigh `wanted` together. Halves the items around their median
// and goes on in the half that holds the border, so it takes linear time.
Ranked lastWithin(std::vector<Ranked>& items, double wanted) {
    double before = 0; // weight of [0, begin)
    auto begin = items.begin();
    auto end = items.end();
    while (end - begin > 1) {
        const auto middle = begin + (end - begin) / 2;
        std::nth_element(begin, middle, end);
        double weight = 0;
        for (auto item = begin; item != middle; ++item)
            weight += item->weight;
        if (before + weight >= wanted) {
            end = middle;
        } else {
            before += weight;
            begin = middle;
        }
    }
    return *begin;
}

// memory.keys[i] belongs to candidates[i].
void keepFirst(std::vector<Candidate>& candidates, double wanted, FilterMemory& memory) {
    if (candidates.empty())
        return;
    const std::vector<float>& keys = memory.keys;
    std::vector<Ranked>& items = memory.ranked;
    items.resize(candidates.size());
    for (std::size_t i = 0; i < items.size(); ++i)
        items[i] = {keys[i], candidates[i].token, candidates[i].probability};
    const Ranked last = lastWithin(items, wanted);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        if (!(last < Ranked{keys[i], candidates[i].token, 0}))
            candidates[kept++] = candidates[i];
    candidates.resize(kept);
}

} // namespace

double totalWeight(const std::vector<Candidate>& candidates) {
    double total = 0;
    for (const Candidate& c : candidates)
        total += c.probability;
    return total;
}

void findLargestLogits(std::span<const float> logits, std::size_t count, std::vector<Candidate>& candidates,
                       FilterMemory& memory) {
    const float bound = std::max(lowerBoundOfLargest(logits, count, memory.blockMaxima),
                                 std::numeric_limits<float>::lowest());
    candidates.clear();
    for (std::size_t i = 0; i < logits.size(); ++i)
        if (logits[i] >= bound)
            candidates.push_back({static_cast<int>(i), logits[i]});
    if (count >= candidates.size())
        return;
    const auto byToken = [](const Candidate& a, const Candidate& b) { return a.token < b.token; };
    const auto larger = [&](const Candidate& a, const Candidate& b) {
        return a.probability != b.probability ? a.probability > b.probability : byToken(a, b);
    };
    std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                     candidates.end(), larger);
    candidates.resize(count);
    std::sort(candidates.begin(), candidates.end(), byToken);
}

void keepTypical(std::vector<Candidate>& candidates, double share, FilterMemory& memory) {
    const double total = totalWeight(candidates);
    const double logTotal = std::log(total);
    std::vector<float>& keys = memory.keys;
    keys.resize(candidates.size());
    double entropy = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double weight = candidates[i].probability;
        const double surprise = logTotal - std::log(weight);
        entropy += weight / total * surprise;
        keys[i] = static_cast<float>(surprise);
    }
    for (float& key : keys)
        key = static_cast<float>(std::abs(key - entropy));
    keepFirst(candidates, share * total, memory);
}

void keepMostLikely(std::vector<Candidate>& candidates, double share, double total, FilterMemory& memory) {
    std::vector<float>& keys = memory.keys;
    keys.resize(candidates.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
        keys[i] = -candidates[i].probability;
    keepFirst(candidates, share * total, memory);
}

void keepAtLeast(std::vector<Candidate>& candidates, float shareOfLargest) {
    float largest = 0;
    for (const Candidate& c : candidates)
        largest = std::max(largest, c.probability);
    std::erase_if(candidates, [&](const Candidate& c) { return c.probability < shareOfLargest * largest; });
}

} // namespace engine
