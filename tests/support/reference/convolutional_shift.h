// convolutional_shift.h (reference): docs/spec/enhanced-rwkv.md section 3.
#pragma once

#include "engine/operations/enhancement/convolutional_shift.h"
#include "tests/support/reference/previous_rows.h"

#include <array>
#include <cstdint>
#include <numbers>

namespace reference {

inline std::array<double, engine::kPositionFeatures> positionFeatures(std::int64_t position) {
    const auto angle = [&](std::int64_t period) {
        return 2 * std::numbers::pi * static_cast<double>(position % period) / static_cast<double>(period);
    };
    return {1 / (1 + static_cast<double>(position) / 64), std::sin(angle(16)), std::cos(angle(16)),
            std::sin(angle(256)), std::cos(angle(256))};
}

inline void convolutionalShift(const engine::ConvolutionalShift& op) {
    const std::size_t width = size(op.width), tokens = size(op.tokens), taps = size(op.taps);
    const Tensor rows = withEarlierRows(op.earlier, op.stream, tokens, width);
    for (std::size_t t = 0; t < tokens; ++t) {
        const auto features = positionFeatures(op.firstPosition + static_cast<std::int64_t>(t));
        for (std::size_t c = 0; c < width; ++c) {
            double sum = 0;
            for (std::size_t k = 0; k < taps; ++k) { // k + 1 tokens back
                double tap = op.kernel[k * width + c];
                for (std::size_t j = 0; j < features.size(); ++j)
                    tap += op.position[(k * features.size() + j) * width + c] * features[j];
                sum += tap * rows[(taps + t - k - 1) * width + c];
            }
            op.routed[2 * t * width + c] = op.stream[t * width + c];
            op.routed[(2 * t + 1) * width + c] = static_cast<float>(sum);
        }
    }
}

} // namespace reference
