#include "tests/support/tensor_comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace support {

namespace {

template <class T>
TensorComparison compareValues(std::span<const float> actual, std::span<const T> expected) {
    TensorComparison result;
    result.size = expected.size();
    if (actual.size() != expected.size()) {
        result.largestError = std::numeric_limits<double>::infinity();
        return result;
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double wanted = expected[i];
        double error = std::abs(static_cast<double>(actual[i]) - wanted);
        if (std::isnan(error))
            error = std::numeric_limits<double>::infinity();
        result.largestMagnitude = std::max(result.largestMagnitude, std::abs(wanted));
        if (std::abs(wanted) > 1e-6)
            result.largestRelativeError = std::max(result.largestRelativeError, error / std::abs(wanted));
        if (error > result.largestError || i == 0) {
            result.largestError = error;
            result.worstIndex = i;
            result.actualThere = actual[i];
            result.expectedThere = wanted;
        }
    }
    return result;
}

} // namespace

std::string TensorComparison::describe() const {
    std::ostringstream text;
    text << "largest error " << largestError << " (relative " << largestRelativeError << ") at " << worstIndex
         << " of " << size << ": found " << actualThere << ", expected " << expectedThere
         << "; largest magnitude " << largestMagnitude;
    return text.str();
}

TensorComparison compare(std::span<const float> actual, std::span<const double> expected) {
    return compareValues(actual, expected);
}

TensorComparison compare(std::span<const float> actual, std::span<const float> expected) {
    return compareValues(actual, expected);
}

} // namespace support
