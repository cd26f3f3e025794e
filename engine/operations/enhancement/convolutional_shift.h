// convolutional_shift.h: the position-aware causal convolution of conv-routing, one kernel per channel.
//   c[k,t] = kernel[k] + Σ_j position[k,j] φ_j(t);   s[t] = Σ_{k=1..K} c[k,t] * h[t-k]
//   φ(t)   = 1/(1+t/64), sin(2πt/16), cos(2πt/16), sin(2πt/256), cos(2πt/256)
// Source:  docs/spec/enhanced-rwkv.md section 3; tests/support/reference/convolutional_shift.h is the plain
//          form.
// Shapes:  T tokens, D width, K taps, J = kPositionFeatures; last index fastest.
//   stream   h, [T,D];  earlier: K rows, read only
//   kernel   [K,D], row 0 is k = 1;  position [K,J,D]
//   routed   [T,2D]: h in the first half of each row, s in the second: what the routing product reads
// Units:   firstPosition counts tokens from the start of the sequence, 0 for its first.
// Errors:  K <= kMaxConvolutionTaps: the caller's promise.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/enhancement/earlier_rows.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace engine {

inline constexpr int kPositionFeatures = 5;
inline constexpr int kMaxConvolutionTaps = 64;

// φ(t), bounded for any t >= 0.
[[nodiscard]] std::array<float, kPositionFeatures> positionFeatures(std::int64_t t);

struct ConvolutionalShift {
    int tokens = 0;
    int width = 0;
    int taps = 0;
    std::int64_t firstPosition = 0;
    const float* stream = nullptr;
    EarlierRows earlier;
    const float* kernel = nullptr;
    const float* position = nullptr;
    float* routed = nullptr;

    template <class Weights> void placeWeights(Weights& weights) {
        const std::size_t size = static_cast<std::size_t>(taps) * static_cast<std::size_t>(width);
        kernel = weights.values(kernel, size);
        position = weights.values(position, size * kPositionFeatures);
    }
    [[nodiscard]] const float* stateBegin() const { return earlier.values; }
};

namespace cpu {
void convolutionalShift(const ConvolutionalShift& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is and its
// position.
void convolutionalShift(const ConvolutionalShift& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
