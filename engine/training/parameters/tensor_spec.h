// tensor_spec.h: a trainable tensor as an architecture declares it: name, shape, use and start.
// Source:  names, shapes and orientations: docs/spec/rwkv-models.md section 7, docs/spec/enhanced-rwkv.md
//          section 5; start values: section 11 and sections 2 and 3.
#pragma once

#include "engine/training/parameters/start_rules.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace engine {

// Linear weights [out,in], low-rank factors [in,out], last index fastest.
struct TensorSpec {
    std::string name;
    std::vector<std::int64_t> shape;
    bool isMatrix = false; // an operand of matrix products; stored as bfloat16 in model files
    StartRule start;       // none: 0
    float learningRateScale = 1.0f;
};

// Element-wise: vectors of weights, biases, coefficients.
[[nodiscard]] inline TensorSpec vectorSpec(std::string name, std::vector<std::int64_t> shape,
                                           StartRule start = {}) {
    return {std::move(name), std::move(shape), false, std::move(start)};
}
[[nodiscard]] inline TensorSpec matrixSpec(std::string name, std::vector<std::int64_t> shape,
                                           StartRule start = {}) {
    return {std::move(name), std::move(shape), true, std::move(start)};
}

} // namespace engine
