// convolutional_shift.h (reference): plain loops in double. docs/spec/enhanced-rwkv.md section 3.
#pragma once

#include "tests/support/reference/layer_norm.h"

#include <array>
#include <cstdint>
#include <numbers>

namespace reference {

inline std::array<double, 5> positionFeatures(std::int64_t position) {
    const auto t = static_cast<double>(position);
    constexpr double kTurn = 2 * std::numbers::pi;
    return {1 / (1 + t / 64), std::sin(kTurn * t / 16), std::cos(kTurn * t / 16), std::sin(kTurn * t / 256),
            std::cos(kTurn * t / 256)};
}

// rows [K+T,D]: the K rows before the first token, oldest first, then the stream; kernel [K,D]; position
// [K,5,D].
inline Tensor convolutionalShift(const Tensor& rows, std::size_t taps, std::size_t width,
                                 std::int64_t firstPosition, const Tensor& kernel, const Tensor& position) {
    const std::size_t tokens = rows.size() / width - taps;
    Tensor output(tokens * width, 0.0);
    for (std::size_t t = 0; t < tokens; ++t) {
        const auto features = positionFeatures(firstPosition + static_cast<std::int64_t>(t));
        for (std::size_t k = 1; k <= taps; ++k)
            for (std::size_t c = 0; c < width; ++c) {
                double tap = kernel[(k - 1) * width + c];
                for (std::size_t j = 0; j < features.size(); ++j)
                    tap += position[((k - 1) * features.size() + j) * width + c] * features[j];
                output[t * width + c] += tap * rows[(taps + t - k) * width + c];
            }
    }
    return output;
}

} // namespace reference
