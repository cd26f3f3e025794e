// parameter_layout.h: every trainable tensor of a model laid out in one array: parameters, gradients and
// optimiser moments share the offsets.
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
    int mixRank = 32;   // RWKV-6: of time_maa_w1/w2
    int decayRank = 64; // RWKV-6: of time_decay_w1/w2; RWKV-7: of w1/w2
    int rateRank = 0;   // RWKV-7: of a1/a2
    int valueRank = 0;  // RWKV-7: of v1/v2
    int gateRank = 0;   // RWKV-7: of g1/g2
};

// Values are laid out so that every tensor starts on a cache line of float32.
[[nodiscard]] constexpr std::size_t alignedSize(std::size_t values) { return (values + 15) / 16 * 16; }

struct Parameter : TensorSpec {
    std::size_t offset = 0; // in values
    std::size_t size = 0;
    bool decays = false; // weight decay applies: ".weight" tensors with two dimensions
};

class ParameterLayout {
public:
    // `shape.model` must be complete; heads * headSize = width.
    explicit ParameterLayout(const TrainingShape& shape);

    [[nodiscard]] const TrainingShape& shape() const { return m_shape; }
    [[nodiscard]] const std::vector<Parameter>& parameters() const { return m_parameters; }
    [[nodiscard]] const Parameter* find(std::string_view name) const; // null if there is none
    [[nodiscard]] std::size_t size() const { return m_size; }         // values, padding included
    [[nodiscard]] std::int64_t parameterCount() const;                // values, padding excluded

    // Multiply-adds of all matrix products for one token, forward; a training step costs three times that.
    [[nodiscard]] double multiplyAddsPerToken() const;

private:
    void add(const std::vector<TensorSpec>& tensors);

    TrainingShape m_shape;
    std::vector<Parameter> m_parameters;
    std::size_t m_size = 0;
};

} // namespace engine
