#include "engine/training/parameters/tensor_lists.h"

#include <cmath>

namespace engine {

std::vector<TensorSpec> modelTensors(const ModelConfig& model) {
    const std::int64_t D = model.width, V = model.vocabulary;
    const double headGain = V > D ? 0.5 * std::sqrt(static_cast<double>(V) / static_cast<double>(D)) : 0.5;
    return {
        matrixSpec("emb.weight", {V, D}, uniformValues(1e-4)),
        matrixSpec("head.weight", {V, D}, orthogonalValues(headGain)),
        vectorSpec("ln_out.weight", {D}, constantValues(1)),
        vectorSpec("ln_out.bias", {D}),
        vectorSpec("blocks.0.ln0.weight", {D}, constantValues(1)),
        vectorSpec("blocks.0.ln0.bias", {D}),
    };
}

std::vector<TensorSpec> layerTensors(const TrainingShape& shape, int layer) {
    switch (shape.model.architecture) {
    case Architecture::Rwkv6: return rwkv6Tensors(shape, layer);
    case Architecture::Rwkv7: return rwkv7Tensors(shape, layer);
    case Architecture::Rwkv5: break;
    }
    return {}; // not trained; TrainingSettings::complete() does not let it come to that
}

} // namespace engine
