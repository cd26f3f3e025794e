// squared_relu_network-inl.h: the two large products of channel mixing, W_v relu(W_k x)², forward and
// backward.
// The squared relu leaves few values above zero in a trained model; then sparse products leave the zeros out.
// Source:  docs/spec/rwkv-models.md section 2. Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"
#include "engine/training/ops/sparse_product-inl.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_SQUARED_RELU_NETWORK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_SQUARED_RELU_NETWORK_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_SQUARED_RELU_NETWORK_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_SQUARED_RELU_NETWORK_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct SquaredReluNetwork {
    // Sparse products are for Real operands only: those of bfloat16 are quicker dense.
    static constexpr bool kHasSparse = std::is_same_v<Real, Operand>;

    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::string ffn; // "blocks.l.ffn."

    // Tensors.
    const WeightMatrix key = plan.matrix(ffn + "key.weight");     // [F,D]
    const WeightMatrix value = plan.matrix(ffn + "value.weight"); // [D,F]

    // Kept from forward for backward.
    Operand* const squared = plan.kept<Operand>(n.M, n.F); // [M,F] relu(x W_kᵀ)²
    SparseRows<Real> entries;                              // [M,F] the same, where isSparse
    bool isSparse = false;

    // Scratch.
    Real* const hidden = plan.shared<Real>("ffn.hidden", n.M, n.F);         // [M,F] before the relu; gradient
    Operand* const dHidden = plan.shared<Operand>("ffn.dHidden", n.M, n.F); // [M,F]
    // Scratch of sparse products.
    Real* packed = nullptr;           // [max(M,F),D] a dense operand in slices
    Real* dEntries = nullptr;         // [entries] gradient of them
    Real* dValueTransposed = nullptr; // [F,D] gradient of `value`, transposed

    SquaredReluNetwork(BlockPlan& blockPlan, const std::string& prefix)
        : plan(blockPlan)
        , ffn(prefix) {
        if constexpr (kHasSparse) {
            entries.reserve(n.M, n.F);
            packed = plan.shared<Real>("ffn.packed", std::max(n.M, n.F), n.D);
            dEntries = plan.shared<Real>("ffn.dEntries", entries.value.size());
            dValueTransposed = plan.shared<Real>("ffn.dValueTransposed", n.F, n.D);
        }
    }

    // out [M,D] = relu(x W_kᵀ)² W_vᵀ, x [M,D].
    void forward(Pass<Real, Operand>& pass, const Operand* x, Real* out) {
        linear(pass, key, x, hidden);
        isSparse = collectEntries();
        if (isSparse)
            return forwardSparse(pass, out);
        squaredReluForward(hidden, std::size_t(n.M) * n.F, squared);
        linear(pass, value, squared, out);
    }

    // From d [M,D], the gradient of `out`: dx [M,D], written.
    void backward(Pass<Real, Operand>& pass, const Operand* x, const Operand* d, Real* dx) {
        if (isSparse)
            return backwardSparse(pass, x, d, dx);
        linearBackward(pass, value, squared, d, hidden);
        squaredReluBackward(squared, hidden, std::size_t(n.M) * n.F, dHidden);
        linearBackward(pass, key, x, dHidden, dx);
    }

private:
    // Whether the squared relu leaves so little that sparse products are quicker.
    bool collectEntries() {
        if constexpr (kHasSparse)
            return fitsSparseProducts<Real>(n.D) && collectSquaredRelu(hidden, entries);
        else
            return false;
    }
    void countSkipped(Pass<Real, Operand>& pass, int products) const {
        const double count = entries.rowStart[std::size_t(n.M)];
        pass.skippedMultiplyAdds += products * (double(n.M) * n.F - count) * n.D;
    }

    void forwardSparse(Pass<Real, Operand>& pass, Real* out) {
        if constexpr (kHasSparse) {
            countSkipped(pass, 1);
            packSlicesTransposed(pass.operand(value), n.F, n.D, packed);
            rowsProduct(entries, entries.value.data(), packed, n.D, out);
        }
    }

    void backwardSparse(Pass<Real, Operand>& pass, const Operand* x, const Operand* d, Real* dx) {
        if constexpr (kHasSparse) {
            countSkipped(pass, key.hasGradient ? 4 : 2);
            packSlicesTransposed(pass.operand(value), n.F, n.D, packed);
            productsAtEntries(entries, d, packed, n.D, dEntries);
            if (key.hasGradient) {
                indexColumns(entries);
                backwardSparseValue(pass, d);
            }
            squaredReluBackward(entries, dEntries);
            if (key.hasGradient) {
                packSlices(x, n.M, n.D, packed);
                columnsProduct(entries, dEntries, packed, n.D, pass.gradient(key.offset));
            }
            packSlices(pass.operand(key), n.F, n.D, packed);
            rowsProduct(entries, dEntries, packed, n.D, dx);
        }
    }

    // dW_v += dᵀ squared. Sparse products sum its transpose.
    void backwardSparseValue(Pass<Real, Operand>& pass, const Operand* d) {
        const std::size_t size = std::size_t(n.F) * n.D;
        std::memset(dValueTransposed, 0, size * sizeof(Real));
        packSlices(d, n.M, n.D, packed);
        columnsProduct(entries, entries.value.data(), packed, n.D, dValueTransposed);
        transpose(dValueTransposed, std::size_t(n.F), std::size_t(n.D), 0, std::size_t(n.D), packed);
        Real* dValue = pass.gradient(value.offset);
        for (std::size_t i = 0; i < size; ++i)
            dValue[i] += packed[i];
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
