// operation_case.h: one call of an operation, on the device and on what it is held against, with the same
// values.
// Its tensors stand one after another in one allocation with NaN between them: what is written beside a
// tensor, or to an input, is found, and so is what is read there and used. A sequence's state has other
// values before and after the part that the operation is about.
// Threads: one.
#pragma once

#include "engine/backend/backend.h"
#include "engine/selftest/operation_test.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace engine::selftest {

// Names a tensor of a case.
struct Tensor {
    std::size_t offset = 0;
    std::size_t count = 0;
};

struct Sequence {
    int tokens = 1;
    std::int64_t position = 0;
    bool usesEnhancement = true;
};

// What an operation with a state is about: several sequences, whose rows follow one another.
using Batch = std::vector<Sequence>;

[[nodiscard]] int tokensOf(const Batch& batch);
// "7 tokens", "5 sequences", "sequences of 3, 1, 4 tokens"
[[nodiscard]] std::string describe(const Batch& batch);
// One sequence of each of these numbers of tokens; 2, 5 and 64 of one token; some of different numbers, and
// of equal ones.
[[nodiscard]] std::vector<Batch> batches(std::span<const int> tokens);

// A case on one of the two backends.
class Placed {
public:
    Placed(Backend& backend, std::span<const float> tensors, std::span<const std::vector<float>> states);

    [[nodiscard]] Backend& backend() const { return m_backend; }
    [[nodiscard]] float* operator()(const Tensor& tensor, std::size_t offset = 0) const {
        return m_tensors.get() + tensor.offset + offset;
    }
    // The operation's part of a sequence's state.
    [[nodiscard]] float* state(std::size_t sequence) const;
    // All of it.
    [[nodiscard]] float* wholeState(std::size_t sequence) const { return m_states[sequence]; }

    // Afterwards.
    [[nodiscard]] std::vector<float> tensors(std::size_t count) const;
    [[nodiscard]] std::vector<float> stateValues(std::size_t sequence, std::size_t count) const;

private:
    Backend& m_backend;
    std::shared_ptr<float[]> m_tensors;
    std::vector<float*> m_states;
    std::vector<std::shared_ptr<float[]>> m_hostStates;
    std::vector<std::unique_ptr<StateMemory>> m_deviceStates;
};

class OperationCase {
public:
    using Work = std::function<void(const Placed&)>;

    OperationCase(OperationTest& test, Group& group, std::string name);

    Tensor input(const std::string& name, std::span<const float> values);
    Tensor input(const std::string& name, std::size_t count, Normal normal = {});
    Tensor output(const std::string& name, std::size_t count);              // NaN before
    Tensor updated(const std::string& name, std::span<const float> values); // read and written
    Tensor updated(const std::string& name, std::size_t count, Normal normal = {});
    Tensor bits(const std::string& name, std::span<const float> values); // updated, the same bits afterwards
    Tensor scratch(const std::string& name, std::size_t count, Normal normal = {}); // read; anything after

    // What the step is about. Without it: one sequence, of no state and `tokens` tokens.
    void setBatch(const Batch& batch, std::size_t stateCount, Normal normal = {});
    void setTokens(std::vector<int> tokens) { m_tokens = std::move(tokens); }

    // The pages of each sequence in the sparse blocks, where the step is about them.
    using Attention = std::function<std::vector<AttentionPages>(const Placed&, std::size_t sequence)>;
    void setAttention(Attention attention) { m_attention = std::move(attention); }

    // Runs it on both, and holds outputs, updated values and states against those expected.
    void compare(double bound, const Work& work);
    // Runs it on the device only; what there is then, for read().
    [[nodiscard]] std::vector<float> onDevice(const Work& work);
    [[nodiscard]] static std::span<const float> read(std::span<const float> tensors, const Tensor& tensor) {
        return tensors.subspan(tensor.offset, tensor.count);
    }
    void record(const std::string& what, const Difference& difference, double bound) {
        m_group.record(m_name + ", " + what, difference, bound);
    }

private:
    enum class Role { Input, Output, Updated, Bits, Scratch };
    struct Named {
        std::string name;
        Tensor tensor;
        Role role;
    };
    Tensor add(const std::string& name, Role role, std::span<const float> values);
    void begin(const Placed& placed) const;
    void checkUntouched(std::span<const float> after);

    OperationTest& m_test;
    Group& m_group;
    std::string m_name;
    std::vector<float> m_image; // of all tensors, before
    std::vector<Named> m_tensors;
    Batch m_batch;
    std::vector<int> m_tokens; // of all sequences
    std::vector<std::vector<float>> m_states;
    Attention m_attention;
};

} // namespace engine::selftest
