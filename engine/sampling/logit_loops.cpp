#include "engine/sampling/logit_loops.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace engine {

namespace {

// Enough independent results to fill four 128-bit registers, or one of 512 bits.
constexpr std::size_t kLanes = 16;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

float cleaned(float logit) {
    const float number = logit > kLowest ? logit : kLowest; // NaN compares false
    constexpr float kHighest = std::numeric_limits<float>::max();
    return number < kHighest ? number : kHighest;
}

// exp(x) for x <= 0: 2^n by the exponent bits, the rest by the series, which ends below float precision for
// |r| <= ln(2)/2.
float exponential(float x) {
    constexpr float kSmallest = -87.0f; // 2^-126 is the smallest normal number
    const float bounded = x > kSmallest ? x : kSmallest;
    constexpr float kRound = 12582912.0f; // 1.5 * 2^23: adding it leaves no bits after the point
    const float shifted = bounded * 1.44269504f + kRound;
    const float n = shifted - kRound;
    const float r = (bounded - n * 0.693359375f) + n * 2.12194440e-4f; // ln(2) in two parts
    float series = 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    series = series * r + 1.0f;
    series = series * r + 1.0f;
    const std::int32_t exponent = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRound);
    const float power = std::bit_cast<float>((exponent + 127) << 23);
    return x > kSmallest ? series * power : 0.0f;
}

} // namespace

float cleanLogits(std::span<float> logits) {
    std::array<float, kLanes> largest;
    largest.fill(kLowest);
    std::size_t i = 0;
    for (; i + kLanes <= logits.size(); i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float logit = cleaned(logits[i + lane]);
            logits[i + lane] = logit;
            largest[lane] = largest[lane] < logit ? logit : largest[lane];
        }
    for (; i < logits.size(); ++i) {
        logits[i] = cleaned(logits[i]);
        largest[0] = std::max(largest[0], logits[i]);
    }
    return *std::max_element(largest.begin(), largest.end());
}

double weighLogits(std::span<float> logits, float largest, float scale) {
    for (float& logit : logits)
        logit = exponential((logit - largest) * scale);
    // Short sums in float, so that the long one in double is exact enough and seldom needed.
    constexpr std::size_t kBlock = 64 * kLanes;
    double total = 0;
    for (std::size_t begin = 0; begin < logits.size(); begin += kBlock) {
        const auto block = logits.subspan(begin, std::min(kBlock, logits.size() - begin));
        std::array<float, kLanes> sums{};
        std::size_t i = 0;
        for (; i + kLanes <= block.size(); i += kLanes)
            for (std::size_t lane = 0; lane < kLanes; ++lane)
                sums[lane] += block[i + lane];
        for (; i < block.size(); ++i)
            sums[0] += block[i];
        for (const float sum : sums)
            total += sum;
    }
    return total;
}

// Each block's largest value is one of the values, so the count-th largest of those is reached by `count`
// values at least.
float lowerBoundOfLargest(std::span<const float> values, std::size_t count, std::vector<float>& largest) {
    const std::size_t blocks = values.size() / kLanes;
    if (count == 0 || count > blocks)
        return kLowest;
    largest.resize(blocks);
    for (std::size_t b = 0; b < blocks; ++b) {
        const auto block = values.subspan(b * kLanes, kLanes);
        largest[b] = *std::max_element(block.begin(), block.end());
    }
    const auto last = largest.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(largest.begin(), last, largest.end(), std::greater<>());
    return *last;
}

} // namespace engine
