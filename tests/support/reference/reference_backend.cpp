#include "tests/support/reference/reference_backend.h"

#include "engine/core/aligned_buffer.h"
#include "tests/support/reference/adaptive_gate.h"
#include "tests/support/reference/convolutional_shift.h"
#include "tests/support/reference/decayed_means.h"
#include "tests/support/reference/dynamic_shift.h"
#include "tests/support/reference/embedding.h"
#include "tests/support/reference/embedding_shift.h"
#include "tests/support/reference/layer_norm.h"
#include "tests/support/reference/linear.h"
#include "tests/support/reference/low_rank.h"
#include "tests/support/reference/preceded_rows.h"
#include "tests/support/reference/previous_rows.h"
#include "tests/support/reference/source_gates.h"
#include "tests/support/reference/sparse_attention.h"
#include "tests/support/reference/token_rows.h"
#include "tests/support/reference/token_shift.h"
#include "tests/support/reference/wkv6.h"
#include "tests/support/reference/wkv7.h"

#include <algorithm>

namespace reference {

std::shared_ptr<float[]> ReferenceBackend::allocate(std::size_t count) {
    auto buffer = std::make_shared<engine::AlignedBuffer<float>>(count);
    float* values = buffer->data();
    return {std::move(buffer), values};
}

void ReferenceBackend::toHost(const float* values, std::span<float> out) {
    std::copy_n(values, out.size(), out.begin());
}
void ReferenceBackend::fromHost(std::span<const float> values, float* out) { std::ranges::copy(values, out); }

void ReferenceBackend::begin(std::span<const engine::SequenceInput> inputs) {
    m_inputs.assign(inputs.begin(), inputs.end());
}

void ReferenceBackend::embedding(const engine::Embedding& op) { reference::embedding(op); }
void ReferenceBackend::layerNorm(const engine::LayerNorm& op) { reference::layerNorm(op); }

void ReferenceBackend::linear(std::span<const engine::LinearJob> jobs, int tokens) {
    for (const engine::LinearJob& job : jobs)
        reference::linear(job, tokens);
}
void ReferenceBackend::lowRank(std::span<const engine::LowRank> ops, int tokens) {
    for (const engine::LowRank& op : ops)
        reference::lowRank(op, tokens);
}

#define INKGATE_DEFINE(name, Operation)                                                                      \
    void ReferenceBackend::name(std::span<const engine::Operation> ops) {                                    \
        for (const engine::Operation& op : ops)                                                              \
            reference::name(op);                                                                             \
    }
INKGATE_SEQUENCE_OPERATIONS(INKGATE_DEFINE)
#undef INKGATE_DEFINE

void ReferenceBackend::reportGates(const engine::GateReport& report) {
    engine::deliverGates(report, m_inputs);
}

} // namespace reference
