// tensor_comparison.h: how far a tensor is from the expected one, in words that help to find out why.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace support {

struct TensorComparison {
    std::size_t size = 0;
    double largestError = 0;         // |actual - expected|; infinity if either is NaN or the sizes differ
    double largestRelativeError = 0; // |actual - expected| / |expected|, where |expected| is not tiny
    std::size_t worstIndex = 0;      // of largestError
    double actualThere = 0, expectedThere = 0;
    double largestMagnitude = 0; // of the expected values

    [[nodiscard]] bool isWithin(double absolute) const { return largestError <= absolute; }
    // Within `share` of the expected tensor's largest magnitude.
    [[nodiscard]] bool isWithinShare(double share) const { return largestError <= share * largestMagnitude; }
    // "largest error 3e-05 (relative 1e-04) at 17 of 4096: found 1.2, expected 1.20003; largest magnitude
    // 4.5"
    [[nodiscard]] std::string describe() const;
};

[[nodiscard]] TensorComparison compare(std::span<const float> actual, std::span<const double> expected);
[[nodiscard]] TensorComparison compare(std::span<const float> actual, std::span<const float> expected);

} // namespace support
