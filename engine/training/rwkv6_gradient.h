// rwkv6_gradient.h: loss and gradient of an RWKV-6 model, with any enhancement, over a window of tokens of a
// few sequences.
// Source:  docs/spec/rwkv-models.md sections 2, 4, 10, 12; docs/spec/enhanced-rwkv.md sections 2 and 3.
//          Hand-written backward passes.
// Windows carry state: a sequence longer than the window goes on from the state its last window left;
// gradients stop there.
// Precisions: <double, double> for finite differences, <float, float> for exact comparison, <float, BFloat16>
//             for training.
// Threads: one object per thread; parameters and operands are only read, each thread adds to gradients of its
//          own.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/training/products/operand.h"
#include "engine/training/parameters/parameter_layout.h"
#include "engine/training/ops/sparse_rows.h"

#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// What a sequence carries from window to window. Per layer: attention shift [D], wkv [H,N,N] ([key][value]),
// feed-forward shift [D], enhancement rows [E,D] oldest first (E = 0, 1, or K of the convolutional shift).
template <class Real> struct TrainingState {
    AlignedBuffer<Real> values;
    std::int64_t position = 0;

    explicit TrainingState(const TrainingShape& shape);
    void reset(); // to the state before the first token
};

[[nodiscard]] int carriedRows(const EnhancementConfig& enhancement); // E

// Activations of one layer kept for its backward pass. M = sequences * tokens rows; see rwkv6_gradient.cpp
// for the flow.
template <class Real, class Operand> struct LayerActivations {
    AlignedBuffer<Real> x, p, r, k, v, gate, logDecay, decay, wkv, startState, afterAttention, q, receptance,
        value, h, s, g, e;
    AlignedBuffer<Real> mean1, scale1, mean2, scale2, mean3, scale3;
    AlignedBuffer<Operand> mixInput, mixHidden, mixes, mixed, decayHidden, gated, channelKeyInput,
        channelReceptanceInput, channelKey, gateInput, shiftInput, shiftHidden, routeHidden;
    SparseRows<Real> entries; // in place of channelKey where isSparse
    bool isSparse = false;
};

template <class Real, class Operand> struct GradientWorkspace {
    std::vector<LayerActivations<Real, Operand>> layers;
    AlignedBuffer<Real> embedded, mean0, scale0, out, meanOut, scaleOut, dx, da, db, wide, logits;
    AlignedBuffer<Real> wkvScratch, dr, dk, dv, dLog, packed, entryGradient;
    AlignedBuffer<Operand> normed, operandA, operandB, operandWide, logitGradient;
    double skippedMultiplyAdds = 0; // in this run
};

// Elements from one row of the logits' gradient to the next: a cache line more than the vocabulary, since
// rows that are a power of two apart share their places in the cache, which halves the rate of the product
// with the transposed gradient.
template <class Operand> [[nodiscard]] constexpr int logitGradientStride(int vocabulary) {
    return vocabulary + 64 / static_cast<int>(sizeof(Operand));
}

template <class Real, class Operand> class Rwkv6Gradient {
public:
    // Room for `sequences` windows of `tokens` tokens. Head size must be 16, 32, 64 or 128 (asserted). Throws
    // std::bad_alloc.
    Rwkv6Gradient(const ParameterLayout& layout, int sequences, int tokens);

    struct Batch {
        std::span<const int> inputs;           // [sequences, tokens]
        std::span<const int> targets;          // the same shape; below 0: not scored
        std::span<TrainingState<Real>> states; // one per sequence; read and moved on
        Real scale = 1;                        // the loss is scale * sum of -ln p(target)
        Real logitPull = 0;                    // section 12; 1e-4 in training
        std::span<Real> keptLogits = {};       // [sequences * tokens, vocabulary], or empty
    };

    // Returns the sum (not scaled) of -ln p(target). Adds the gradient of the scaled loss to `gradients`
    // [layout.size()]; null: forward only. `operands` holds every parameter as an operand, at the same
    // offsets.
    double run(const Real* parameters, const Operand* operands, const Batch& batch, Real* gradients);

    // Multiply-adds with zeros that products of the last run left out.
    [[nodiscard]] double skippedMultiplyAdds() const { return m_workspace.skippedMultiplyAdds; }

    // The gates of the last run, [sequences * tokens, width].
    [[nodiscard]] std::span<const Real> gates(int layer) const;

private:
    const ParameterLayout& m_layout;
    int m_sequences, m_tokens;
    GradientWorkspace<Real, Operand> m_workspace;
};

extern template class Rwkv6Gradient<double, double>;
extern template class Rwkv6Gradient<float, float>;
extern template class Rwkv6Gradient<float, BFloat16>;
extern template struct TrainingState<double>;
extern template struct TrainingState<float>;

} // namespace engine
