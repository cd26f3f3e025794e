#include "engine/cuda/backend/step_inputs.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace engine::cuda {

namespace {

// Room for the longest chunk of a text, so that it does not move.
constexpr std::size_t kLeastBytes = 32768;

std::size_t pageBytes(std::span<const SequenceInput> inputs) {
    std::size_t bytes = 0;
    for (const SequenceInput& input : inputs)
        for (const AttentionPages& pages : input.attention)
            bytes += sizeof(AttentionTable) + pages.complete.size_bytes();
    return bytes;
}

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

    m_blocks = static_cast<int>(inputs.front().attention.size());
    const std::size_t end = kTokensAt + static_cast<std::size_t>(m_rows) * sizeof(int);
    m_tablesAt = (end + alignof(AttentionTable) - 1) / alignof(AttentionTable) * alignof(AttentionTable);
    const std::size_t bytes = m_tablesAt + pageBytes(inputs);
    const std::size_t room = std::max(std::bit_ceil(bytes), kLeastBytes); // texts grow
    m_host.ensure(room, "reading a token");
    m_memory.ensure(room, "reading a token");
    std::byte* tokens = m_host.data() + kTokensAt;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::memcpy(m_host.data() + i * sizeof(float*), &inputs[i].state, sizeof(float*));
        std::memcpy(m_host.data() + kPositionsAt + i * sizeof(std::int64_t), &inputs[i].position,
                    sizeof(std::int64_t));
        std::memcpy(tokens, inputs[i].tokens.data(), inputs[i].tokens.size_bytes());
        tokens += inputs[i].tokens.size_bytes();
    }
    putPages();
    check(cudaMemcpyAsync(m_memory.data(), m_host.data(), bytes, cudaMemcpyHostToDevice, stream.handle),
          "reading a token");
    check(cudaEventRecord(m_copied, stream.handle), "reading a token");
}

// Tables of all sequences and blocks, then the lists of pages that they name.
void StepInputs::putPages() {
    std::size_t table = m_tablesAt;
    std::size_t list =
        m_tablesAt + m_inputs.size() * static_cast<std::size_t>(m_blocks) * sizeof(AttentionTable);
    for (const SequenceInput& input : m_inputs)
        for (const AttentionPages& pages : input.attention) {
            AttentionTable entry;
            entry.complete = reinterpret_cast<float* const*>(m_memory.data() + list);
            entry.own = pages.own;
            entry.count = static_cast<int>(pages.complete.size());
            entry.filled = pages.filled;
            entry.chosen = pages.chosen;
            entry.isShared = pages.isShared ? 1 : 0;
            entry.firstPage = pages.firstPage;
            entry.firstToken = pages.firstToken;
            std::memcpy(m_host.data() + table, &entry, sizeof entry);
            table += sizeof entry;
            if (!pages.complete.empty())
                std::memcpy(m_host.data() + list, pages.complete.data(), pages.complete.size_bytes());
            list += pages.complete.size_bytes();
        }
}

Sequences StepInputs::sequences(int first, int count, const float* state) const {
    const auto index = static_cast<std::size_t>(first);
    Sequences result;
    result.count = count;
    result.tokens = static_cast<int>(m_inputs[index].tokens.size());
    result.states = reinterpret_cast<float* const*>(m_memory.data()) + first;
    result.stateOffset = state != nullptr ? static_cast<std::size_t>(state - m_inputs[index].state) : 0;
    result.positions = reinterpret_cast<const std::int64_t*>(m_memory.data() + kPositionsAt) + first;
    if (m_blocks > 0)
        result.attention =
            reinterpret_cast<const AttentionTable*>(m_memory.data() + m_tablesAt) + first * m_blocks;
    result.attentionBlocks = m_blocks;
    result.enabled = 0;
    for (int i = 0; i < count; ++i)
        result.enabled |=
            static_cast<std::uint64_t>(m_inputs[index + static_cast<std::size_t>(i)].usesEnhancement) << i;
    return result;
}

} // namespace engine::cuda
