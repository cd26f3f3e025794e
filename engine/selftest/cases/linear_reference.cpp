#include "engine/selftest/cases/linear_reference.h"

#include <algorithm>
#include <cmath>

namespace engine::selftest {

namespace {

constexpr std::size_t kRun = 32;

// A token's x side by side with its neighbours': [columns, tokens].
std::vector<double> transposed(std::span<const float> x, std::size_t columns, std::size_t tokens) {
    std::vector<double> inputs(columns * tokens);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < columns; ++c)
            inputs[c * tokens + t] = x[t * columns + c];
    return inputs;
}

// The largest magnitudes of each run of columns: [runs, tokens].
std::vector<double> largestOfRuns(std::span<const double> inputs, std::size_t columns, std::size_t tokens) {
    std::vector<double> largest((columns + kRun - 1) / kRun * tokens);
    for (std::size_t c = 0; c < columns; ++c)
        for (std::size_t t = 0; t < tokens; ++t) {
            double& greatest = largest[c / kRun * tokens + t];
            greatest = std::max(greatest, std::fabs(inputs[c * tokens + t]));
        }
    return largest;
}

} // namespace

// The tokens are innermost, so that a compiler makes vectors of them without a sum changing its order.
LinearReference linearReference(const StoredMatrix& weights, std::span<const float> x, int tokens) {
    const auto count = static_cast<std::size_t>(tokens);
    const auto rows = static_cast<std::size_t>(weights.rows);
    const auto columns = static_cast<std::size_t>(weights.columns);
    const auto inputs = transposed(x, columns, count);
    const auto largest = largestOfRuns(inputs, columns, count);
    LinearReference reference{std::vector<double>(count * rows), std::vector<double>(count * rows),
                              std::vector<double>(count * rows)};
    std::vector<double> sums(count), magnitudes(count), largestSums(count);
    for (std::size_t r = 0; r < rows; ++r) {
        for (auto* const all : {&sums, &magnitudes, &largestSums})
            std::ranges::fill(*all, 0.0);
        for (std::size_t first = 0; first < columns; first += kRun) {
            double sizes = 0; // of the run
            for (std::size_t c = first; c < std::min(first + kRun, columns); ++c) {
                const double weight = weights.values[r * columns + c];
                const double size = weights.sizes[r * columns + c];
                const double* const input = inputs.data() + c * count;
                for (std::size_t t = 0; t < count; ++t) {
                    sums[t] += weight * input[t];
                    magnitudes[t] += size * std::fabs(input[t]);
                }
                sizes += size;
            }
            for (std::size_t t = 0; t < count; ++t)
                largestSums[t] += sizes * largest[first / kRun * count + t];
        }
        for (std::size_t t = 0; t < count; ++t) {
            reference.product[t * rows + r] = sums[t];
            reference.magnitude[t * rows + r] = magnitudes[t];
            reference.largest[t * rows + r] = largestSums[t];
        }
    }
    return reference;
}

} // namespace engine::selftest
