// difference.h: how far values are from those expected.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace engine::selftest {

struct Difference {
    double error = 0; // infinite where a value is no number
    std::size_t index = 0;
    double found = 0, expected = 0; // there

    // "element 17 is 1.5 instead of 1.25"
    [[nodiscard]] std::string describe() const;
};

// The greatest, relative to the largest magnitude that is expected. Of the same number of values.
[[nodiscard]] Difference difference(std::span<const float> found, std::span<const float> expected);
// The same for values of which each has its own measure: |found - expected| / scale.
[[nodiscard]] Difference difference(std::span<const float> found, std::span<const double> expected,
                                    std::span<const double> scales);
// Error 0 or 1: bit for bit.
[[nodiscard]] Difference bitDifference(std::span<const float> found, std::span<const float> expected);

} // namespace engine::selftest
