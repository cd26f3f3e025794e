#include "engine/evaluation/bootstrap.h"

#include "engine/core/random.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace engine {

namespace {

// Of sorted values, at a share between 0 and 1.
double percentile(std::span<const double> sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval middle(std::vector<double>& values) {
    std::erase_if(values, [](double value) { return std::isnan(value); });
    if (values.empty()) {
        constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
        return {kNone, kNone};
    }
    std::ranges::sort(values);
    return {percentile(values, 0.025), percentile(values, 0.975)};
}

} // namespace

std::vector<Estimate> bootstrap(std::size_t units, std::size_t figures, const BootstrapSettings& settings,
                                const BootstrapFigures& compute) {
    std::vector<Estimate> estimates(figures);
    std::vector<std::uint32_t> counts(units, 1);
    std::vector<double> values(figures);
    compute(counts, values);
    for (std::size_t i = 0; i < figures; ++i)
        estimates[i].value = values[i];

    const auto samples = static_cast<std::size_t>(std::max(1, settings.samples));
    std::vector<std::vector<double>> drawn(figures, std::vector<double>(samples));
    Random random(settings.seed);
    for (std::size_t sample = 0; sample < samples; ++sample) {
        std::ranges::fill(counts, 0);
        for (std::size_t i = 0; i < units; ++i)
            ++counts[static_cast<std::size_t>(random.below(units))];
        compute(counts, values);
        for (std::size_t i = 0; i < figures; ++i)
            drawn[i][sample] = values[i];
    }
    for (std::size_t i = 0; i < figures; ++i)
        estimates[i].interval = middle(drawn[i]);
    return estimates;
}

Estimate bootstrapMean(std::span<const double> values, const BootstrapSettings& settings) {
    assert(!values.empty());
    const auto mean = [&](std::span<const std::uint32_t> counts, std::span<double> result) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += counts[i] * values[i];
        result[0] = sum / static_cast<double>(values.size());
    };
    return bootstrap(values.size(), 1, settings, mean).front();
}

Estimate bootstrapMedian(std::span<const double> values, const BootstrapSettings& settings) {
    assert(!values.empty());
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
    // The drawn value number `rank`, counted from 0 in ascending order.
    const auto drawnAt = [&](std::span<const std::uint32_t> counts, std::size_t rank) {
        std::size_t passed = 0;
        for (const std::size_t i : order) {
            passed += counts[i];
            if (passed > rank)
                return values[i];
        }
        return values[order.back()];
    };
    const auto median = [&](std::span<const std::uint32_t> counts, std::span<double> result) {
        const std::size_t size = values.size();
        result[0] = (drawnAt(counts, (size - 1) / 2) + drawnAt(counts, size / 2)) / 2;
    };
    return bootstrap(values.size(), 1, settings, median).front();
}

} // namespace engine
