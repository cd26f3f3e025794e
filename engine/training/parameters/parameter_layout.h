// parameter_layout.h: every trainable tensor of a model laid out in one array: parameters, gradients and
// optimiser moments share the offsets.
// Source:  tensor names, shapes and orientations: docs/spec/rwkv-models.md section 7,
//          docs/spec/enhanced-rwkv.md section 5; optimiser groups: docs/spec/rwkv-models.md section 12.
// Shapes:  linear weights [out,in], low-rank factors [in,out], last index fastest.
// Threads: immutable after construction.
#pragma once

#include "engine/model/config.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

// The sizes of an RWKV-6 model that ModelConfig does not hold.
struct TrainingShape {
    ModelConfig model;
    int mixRank = 32;   // R of time_maa_w1/w2
    int decayRank = 64; // D of time_decay_w1/w2
};

// Values are laid out so that every tensor starts on a cache line of float32.
[[nodiscard]] constexpr std::size_t alignedSize(std::size_t values) { return (values + 15) / 16 * 16; }

struct Parameter {
    std::string name;
    std::vector<std::int64_t> shape;
    std::size_t offset = 0; // in values
    std::size_t size = 0;
    bool isMatrix = false; // an operand of matrix products; stored as bfloat16 in model files
    bool decays = false;   // weight decay applies: ".weight" tensors with two dimensions
    float learningRateScale = 1.0f;
};

// Offsets of one layer's tensors. Absent tensors are kAbsent.
struct LayerOffsets {
    static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
    std::size_t ln1Weight, ln1Bias, ln2Weight, ln2Bias;
    std::size_t mixX, mixes;    // time_maa_x [D]; time_maa_{w,k,v,r,g}: five rows of D, alignedSize(D) apart
    std::size_t mixDown, mixUp; // time_maa_w1 [D,5R], time_maa_w2 [5,R,D]
    std::size_t decay, decayDown, decayUp, bonus; // time_decay [D], _w1 [D,Rd], _w2 [Rd,D], time_faaaa [H,N]
    std::size_t receptance, key, value, gate, output; // [D,D]
    std::size_t groupNormWeight, groupNormBias;
    std::size_t channelMixKey, channelMixReceptance;         // ffn.time_maa_{k,r} [D]
    std::size_t channelKey, channelReceptance, channelValue; // [F,D], [D,D], [D,F]
    std::size_t gateWeight, gateBias;                        // enhance.l.gate
    std::size_t shiftDown, shiftUp;                          // enhance.l.shift.a [D,R], .b [R,D]
    std::size_t convWeight, convPosition;                    // [K,D], [K,J,D]
    std::size_t routeDown, routeUp, routeBias;               // route.u [2D,R], route.w [R,D], [D]
    std::size_t normWeight, normBias;                        // enhance.l.norm
};

class ParameterLayout {
public:
    // RWKV-6 with any enhancement. `shape.model` must be complete; heads * headSize = width.
    explicit ParameterLayout(const TrainingShape& shape);

    [[nodiscard]] const TrainingShape& shape() const { return m_shape; }
    [[nodiscard]] const std::vector<Parameter>& parameters() const { return m_parameters; }
    [[nodiscard]] const Parameter* find(std::string_view name) const; // null if there is none
    [[nodiscard]] const LayerOffsets& layer(int index) const {
        return m_layers[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] std::size_t size() const { return m_size; } // values, padding included
    [[nodiscard]] std::int64_t parameterCount() const;        // values, padding excluded

    std::size_t embedding = 0, head = 0, ln0Weight = 0, ln0Bias = 0, lnOutWeight = 0, lnOutBias = 0;

    // Multiply-adds of all matrix products for one token, forward; a training step costs three times that.
    [[nodiscard]] double multiplyAddsPerToken() const;

private:
    std::size_t add(std::string name, std::vector<std::int64_t> shape, bool isMatrix,
                    float learningRateScale = 1.0f);

    TrainingShape m_shape;
    std::vector<Parameter> m_parameters;
    std::vector<LayerOffsets> m_layers;
    std::size_t m_size = 0;
};

inline constexpr int kPositionFeatures = 5; // J of the convolutional shift

} // namespace engine
