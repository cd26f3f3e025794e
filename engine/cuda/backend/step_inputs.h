// step_inputs.h: what differs from step to step of the same kind, in device memory at the same place: tokens,
// positions, where the states are, and the pages of sparse attention. Kernels read it there, so that a
// recorded step serves any tokens of any sequences.
// Errors:  BackendFailure.
// Threads: one at a time.
#pragma once

#include "engine/backend/backend.h"
#include "engine/cuda/device/device_memory.h"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine::cuda {

class StepInputs {
public:
    StepInputs();
    ~StepInputs();
    StepInputs(const StepInputs&) = delete;
    StepInputs& operator=(const StepInputs&) = delete;

    // Copies what it is about to the device, in the stream's order. tokens() moves if there is more of it
    // than ever before.
    void set(std::span<const SequenceInput> inputs, const Stream& stream);

    [[nodiscard]] const std::vector<SequenceInput>& inputs() const { return m_inputs; }
    [[nodiscard]] int rows() const { return m_rows; }
    [[nodiscard]] const int* tokens() const {
        return reinterpret_cast<const int*>(m_memory.data() + kTokensAt);
    }

    // The sequences from number `first` on of an operation whose first part of a state is `state`.
    [[nodiscard]] Sequences sequences(int first, int count, const float* state) const;

private:
    void putPages();

    // States, positions, tokens, pages, in this order, so that each is aligned.
    static constexpr std::size_t kPositionsAt = kMostSequences * sizeof(float*);
    static constexpr std::size_t kTokensAt = kPositionsAt + kMostSequences * sizeof(std::int64_t);

    std::vector<SequenceInput> m_inputs;
    int m_rows = 0;
    std::size_t m_tablesAt = 0; // of the pages
    int m_blocks = 0;           // sparse ones
    PinnedArray<std::byte> m_host;
    DeviceArray<std::byte> m_memory;
    cudaEvent_t m_copied = nullptr;
};

} // namespace engine::cuda
