#include "engine/training/parameters/tensor_lists.h"

#include <cmath>

namespace engine {

// At their start these blocks add nothing, as the last matrix of each half is 0: section 6 of
// docs/spec/rwkv-x.md, the defaults that it tells of before anything is copied.
std::vector<TensorSpec> sparseBlockTensors(const ModelConfig& model, int index) {
    const std::int64_t D = model.width, F = model.feedForward;
    const double root = std::sqrt(static_cast<double>(D)),
                 eta = 1 - static_cast<double>(index) / model.layers;
    const std::string block = "moba." + std::to_string(index) + ".", att = block + "att.",
                      ffn = block + "ffn.";
    return {
        vectorSpec(block + "ln1.weight", {D}, constantValues(1)),
        vectorSpec(block + "ln1.bias", {D}),
        vectorSpec(block + "ln2.weight", {D}, constantValues(1)),
        vectorSpec(block + "ln2.bias", {D}),
        matrixSpec(att + "receptance.weight", {D, D}, uniformValues(0.5 / root)),
        matrixSpec(att + "key.weight", {D, D}, uniformValues(0.05 / root)),
        matrixSpec(att + "value.weight", {D, D}, uniformValues(0.5 / root)),
        matrixSpec(att + "output.weight", {D, D}),
        vectorSpec(ffn + "x_k", {1, 1, D},
                   perChannel([=](int, double f, double) { return 1 - std::pow(f, std::pow(eta, 4)); })),
        matrixSpec(ffn + "key.weight", {F, D}, uniformValues(0.5 / root)),
        matrixSpec(ffn + "value.weight", {D, F}),
    };
}

} // namespace engine
