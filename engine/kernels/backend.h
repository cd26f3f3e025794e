// backend.h: every operation of the forward passes, on one page. A backend is a set of these operations and
// the memory they work on; CpuBackend is one, others may follow. The forward passes in engine/model are
// written once against this interface.
// An operation is a fused step that means something in the model's terms; its header holds its contract:
// equations, shapes, units. All pointers in an operation are memory of this backend.
// To add an operation: its header, <name>_cpu.cpp, a line here and in CpuBackend, its plain form in
// tests/support/reference, a test in tests/engine/kernels.
// Threads: one caller at a time.
#pragma once

#include "engine/kernels/activation.h"
#include "engine/kernels/adaptive_gate.h"
#include "engine/kernels/convolutional_shift.h"
#include "engine/kernels/dynamic_shift.h"
#include "engine/kernels/embedding.h"
#include "engine/kernels/layer_norm.h"
#include "engine/kernels/linear.h"
#include "engine/kernels/low_rank.h"
#include "engine/kernels/stream_update.h"
#include "engine/kernels/token_shift.h"
#include "engine/kernels/wkv6.h"
#include "engine/kernels/wkv7.h"

#include <cstddef>
#include <memory>
#include <span>

namespace engine {

class Backend {
public:
    virtual ~Backend() = default;

    // Working memory, zero-filled, aligned to kBufferAlignment, owned by the result. Throws std::bad_alloc.
    [[nodiscard]] virtual std::shared_ptr<float[]> allocate(std::size_t count) = 0;

    // Beginning and end of the network.
    virtual void embedding(const Embedding& op) = 0;
    virtual void layerNorm(const LayerNorm& op) = 0;

    // Matrix products over the same tokens, and what stands between them.
    virtual void linear(std::span<const LinearJob> jobs, int tokens) = 0;
    virtual void lowRank(std::span<const LowRank> ops, int tokens) = 0;
    virtual void activation(const Activation& op) = 0;

    // The halves of a block.
    virtual void tokenShift(const TokenShift& op) = 0;
    virtual void dynamicShift(const DynamicShift& op) = 0; // RWKV-6
    virtual void wkv6(const Wkv6& op) = 0;                 // RWKV-5.2 and 6
    virtual void wkv7(const Wkv7& op) = 0;
    virtual void addToStream(const StreamUpdate& op) = 0;

    // The enhancement.
    virtual void convolutionalShift(const ConvolutionalShift& op) = 0;
    virtual void adaptiveGate(const AdaptiveGate& op) = 0;
};

} // namespace engine
