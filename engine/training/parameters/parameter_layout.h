// parameter_layout.h: every tensor of a model laid out in one array: parameters, gradients and optimiser
// moments share the offsets.
// Source:  optimiser groups: docs/spec/rwkv-models.md section 12.
// Threads: immutable after construction.
#pragma once

#include "engine/model/config.h"
#include "engine/training/parameters/tensor_spec.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace engine {

// The sizes of a model that ModelConfig does not hold.
struct TrainingShape {
    ModelConfig model;
    int mixRank = 32;    // RWKV-6: of time_maa_w1/w2
    int decayRank = 64;  // RWKV-6: of time_decay_w1/w2; RWKV-7: of w1/w2
    int rateRank = 0;    // RWKV-7: of a1/a2
    int valueRank = 0;   // RWKV-7: of v1/v2
    int gateRank = 0;    // RWKV-7: of g1/g2
    int adapterRank = 0; // of low-rank adapters instead of an enhancement (low_rank_adapter-inl.h); 0: none
};

// Values are laid out so that every tensor starts on a cache line of float32.
[[nodiscard]] constexpr std::size_t alignedSize(std::size_t values) { return (values + 15) / 16 * 16; }

// What training does with a tensor.
enum class TensorUse {
    Trained,
    Fixed, // in the array of parameters as it is; its place among the gradients is written, but means nothing
    Frozen, // not in the arrays: a large tensor of a base, read from where it is stored (frozen_matrices.h)
};

struct Parameter : TensorSpec {
    std::size_t offset = 0; // in values
    std::size_t size = 0;
    bool decays = false; // weight decay applies: ".weight" tensors with two dimensions
    TensorUse use = TensorUse::Trained;
};

[[nodiscard]] inline bool isOfEnhancement(const Parameter& parameter) {
    return parameter.name.starts_with("enhance.");
}

enum class TrainedPart {
    Model,
    Enhancement,  // or adapters, on a base that stays as it is (docs/spec/enhanced-rwkv.md section 11)
    SparseBlocks, // of RWKV-X; the rest is fixed (docs/spec/rwkv-x.md section 6, phase 1)
};

[[nodiscard]] std::string_view name(TrainedPart part); // "model", "enhancement", "sparse"

class ParameterLayout {
public:
    // `shape.model` must be complete; heads * headSize = width.
    explicit ParameterLayout(const TrainingShape& shape, TrainedPart part = TrainedPart::Model);

    [[nodiscard]] const TrainingShape& shape() const { return m_shape; }
    [[nodiscard]] TrainedPart trainedPart() const { return m_part; }
    // Trained ones first, then fixed, then frozen ones.
    [[nodiscard]] const std::vector<Parameter>& parameters() const { return m_parameters; }
    [[nodiscard]] const Parameter* find(std::string_view name) const; // null if there is none
    // Values of the arrays, padding included. Offsets of frozen tensors go on from there.
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] std::size_t trainedSize() const { return m_trainedSize; } // where the trained ones end
    [[nodiscard]] std::int64_t parameterCount() const; // trained values, padding excluded
    [[nodiscard]] std::size_t largestFrozen() const; // values of the largest frozen tensor; 0: there is none

    // Multiply-adds of all matrix products for one token, forward. A step that trains the whole model costs
    // three times that.
    [[nodiscard]] double multiplyAddsPerToken() const;

private:
    void add(const std::vector<TensorSpec>& tensors, TensorUse use);
    void addSparseBlocks();

    TrainingShape m_shape;
    TrainedPart m_part;
    std::vector<Parameter> m_parameters;
    std::size_t m_end = 0, m_trainedSize = 0, m_size = 0;
};

} // namespace engine
