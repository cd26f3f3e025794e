#include "engine/cuda/backend/step_inputs.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace engine::cuda {

namespace {

// Room for the longest chunk of a text, so that it does not move.
constexpr std::size_t kLeastBytes = 32768;

} // namespace

StepInputs::StepInputs() {
    check(cudaEventCreateWithFlags(&m_copied, cudaEventDisableTiming), "starting work");
}

StepInputs::~StepInputs() { (void)cudaEventDestroy(m_copied); }

void StepInputs::set(std::span<const SequenceInput> inputs, const Stream& stream) {
    assert(inputs.size() <= kMostSequences);
    // The copy of the step before may still be reading.
    check(cudaEventSynchronize(m_copied), "reading a token");
    m_inputs.assign(inputs.begin(), inputs.end());
    m_rows = 0;
    for (const SequenceInput& input : inputs)
        m_rows += static_cast<int>(input.tokens.size());

    const std::size_t bytes = kTokensAt + static_cast<std::size_t>(m_rows) * sizeof(int);
    m_host.ensure(std::max(bytes, kLeastBytes), "reading a token");
    m_memory.ensure(std::max(bytes, kLeastBytes), "reading a token");
    std::byte* tokens = m_host.data() + kTokensAt;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::memcpy(m_host.data() + i * sizeof(float*), &inputs[i].state, sizeof(float*));
        std::memcpy(m_host.data() + kPositionsAt + i * sizeof(std::int64_t), &inputs[i].position,
                    sizeof(std::int64_t));
        std::memcpy(tokens, inputs[i].tokens.data(), inputs[i].tokens.size_bytes());
        tokens += inputs[i].tokens.size_bytes();
    }
    check(cudaMemcpyAsync(m_memory.data(), m_host.data(), bytes, cudaMemcpyHostToDevice, stream.handle),
          "reading a token");
    check(cudaEventRecord(m_copied, stream.handle), "reading a token");
}

Sequences StepInputs::sequences(int first, int count, const float* state) const {
    const auto index = static_cast<std::size_t>(first);
    Sequences result;
    result.count = count;
    result.tokens = static_cast<int>(m_inputs[index].tokens.size());
    result.states = reinterpret_cast<float* const*>(m_memory.data()) + first;
    result.stateOffset = state != nullptr ? static_cast<std::size_t>(state - m_inputs[index].state) : 0;
    result.positions = reinterpret_cast<const std::int64_t*>(m_memory.data() + kPositionsAt) + first;
    result.enabled = 0;
    for (int i = 0; i < count; ++i)
        result.enabled |=
            static_cast<std::uint64_t>(m_inputs[index + static_cast<std::size_t>(i)].usesEnhancement) << i;
    return result;
}

} // namespace engine::cuda
