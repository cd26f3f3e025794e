// bootstrap.h: how sure a figure is: percentile intervals of the bootstrap (Efron 1979).
// Units (prompts, paragraphs) are drawn with replacement, as many as there are; the figure is computed anew
// from what was drawn, many times; the interval holds the middle 95 % of what came out. Percentiles lie
// between the two nearest results in proportion (linear interpolation).
// The same units, samples and seed give the same interval.
// Threads: pure functions; `figures` is called on the calling thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace engine {

struct BootstrapSettings {
    int samples = 1000; // how often is drawn, at least 1
    std::uint64_t seed = 1;
};

struct Interval {
    double low = 0;
    double high = 0;
};

// A figure and its 95 % interval.
struct Estimate {
    double value = 0;
    Interval interval;
};

// Computes all figures of a drawing: `counts` [units] says how often each unit was drawn, `values` [figures]
// is overwritten. Not a number: there is no such figure in this drawing, which then does not count for it.
using BootstrapFigures = std::function<void(std::span<const std::uint32_t> counts, std::span<double> values)>;

// The values are those of each unit once. An interval is {not a number, not a number} if no drawing had the
// figure. Cost: samples times that of `figures`.
[[nodiscard]] std::vector<Estimate> bootstrap(std::size_t units, std::size_t figures,
                                              const BootstrapSettings& settings,
                                              const BootstrapFigures& compute);

// Of one figure per unit: their mean. `values` must not be empty.
[[nodiscard]] Estimate bootstrapMean(std::span<const double> values, const BootstrapSettings& settings);

// Of one figure per unit: their median. `values` must not be empty.
[[nodiscard]] Estimate bootstrapMedian(std::span<const double> values, const BootstrapSettings& settings);

} // namespace engine
