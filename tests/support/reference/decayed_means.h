// decayed_means.h (reference): docs/spec/enhanced-rwkv.md section 3a.
#pragma once

#include "engine/operations/enhancement/decayed_means.h"
#include "tests/support/reference/tensor.h"

namespace reference {

inline void decayedMeans(const engine::DecayedMeans& op) {
    const std::size_t width = size(op.width), means = size(op.means);
    Tensor state = read(op.state, means * width);
    for (std::size_t t = 0; t < size(op.tokens); ++t)
        for (std::size_t c = 0; c < width; ++c) {
            double sum = 0;
            for (std::size_t m = 0; m < means; ++m) {
                double& mean = state[m * width + c];
                const double decay = op.decays[m];
                if (op.weight != nullptr)
                    sum += op.weight[m * width + c] * mean;
                else
                    op.output[(t * means + m) * width + c] = static_cast<float>(mean);
                mean = decay * mean + (1 - decay) * op.stream[t * width + c];
            }
            if (op.weight != nullptr) {
                float& output = op.output[t * size(op.outputStride) + c];
                output = static_cast<float>(output + sum);
            }
        }
    if (op.isEnabled)
        write(state, op.state);
}

} // namespace reference
