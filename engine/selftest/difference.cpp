#include "engine/selftest/difference.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>

namespace engine::selftest {

namespace {

class Greatest {
public:
    void add(std::size_t index, double found, double expected, double scale) {
        double error = std::fabs(found - expected) / scale;
        if (!std::isfinite(error))
            error = std::numeric_limits<double>::infinity();
        if (error > m_greatest.error)
            m_greatest = {error, index, found, expected};
    }
    [[nodiscard]] const Difference& difference() const { return m_greatest; }

private:
    Difference m_greatest;
};

} // namespace

std::string Difference::describe() const {
    std::ostringstream text;
    text.precision(8);
    text << "element " << index << " is " << found << " instead of " << expected;
    return text.str();
}

Difference difference(std::span<const float> found, std::span<const float> expected) {
    assert(found.size() == expected.size());
    double largest = 0;
    for (const float value : expected)
        largest = std::max(largest, std::fabs(static_cast<double>(value)));
    Greatest greatest;
    for (std::size_t i = 0; i < found.size(); ++i)
        greatest.add(i, found[i], expected[i], largest > 0 ? largest : 1);
    return greatest.difference();
}

Difference difference(std::span<const float> found, std::span<const double> expected,
                      std::span<const double> scales) {
    assert(found.size() == expected.size() && found.size() == scales.size());
    Greatest greatest;
    for (std::size_t i = 0; i < found.size(); ++i)
        greatest.add(i, found[i], expected[i], scales[i]);
    return greatest.difference();
}

Difference bitDifference(std::span<const float> found, std::span<const float> expected) {
    assert(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        if (std::bit_cast<std::uint32_t>(found[i]) != std::bit_cast<std::uint32_t>(expected[i]))
            return {1, i, found[i], expected[i]};
    return {};
}

} // namespace engine::selftest
