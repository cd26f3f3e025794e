#include "engine/training/parameters/tensor_lists.h"

#include <cmath>

namespace engine {

std::vector<TensorSpec> rwkv6Tensors(const TrainingShape& shape, int layer) {
    const ModelConfig& m = shape.model;
    const std::int64_t D = m.width, H = m.heads, N = m.headSize, F = m.feedForward, R = shape.mixRank,
                       Rd = shape.decayRank;
    // The letters of section 11: how far up the layer is.
    const double rho = m.layers > 1 ? static_cast<double>(layer) / (m.layers - 1) : 0;
    const double eta = 1 - static_cast<double>(layer) / m.layers;
    const auto mix = [](double exponent, double more = 0) {
        return perChannel([=](int, double f, double) { return 1 - (std::pow(f, exponent) + more); });
    };
    const auto decay =
        perChannel([=](int, double, double h) { return -6 + 5 * std::pow(h, 0.7 + 1.3 * rho); });
    const auto bonus =
        perChannel([=](int n, double, double h) { return rho * (1 - h) + 0.1 * ((n + 1) % 3 - 1); });
    const StartRule ones = constantValues(1), small = uniformValues(0.01);

    const std::string block = "blocks." + std::to_string(layer) + ".", att = block + "att.",
                      ffn = block + "ffn.";
    return {
        vectorSpec(block + "ln1.weight", {D}, ones),
        vectorSpec(block + "ln1.bias", {D}),
        vectorSpec(block + "ln2.weight", {D}, ones),
        vectorSpec(block + "ln2.bias", {D}),

        vectorSpec(att + "time_maa_x", {1, 1, D}, mix(eta)),
        // The half-block reads these five as rows of one array.
        vectorSpec(att + "time_maa_w", {1, 1, D}, mix(eta)),
        vectorSpec(att + "time_maa_k", {1, 1, D}, mix(eta)),
        vectorSpec(att + "time_maa_v", {1, 1, D}, mix(eta, 0.3 * rho)),
        vectorSpec(att + "time_maa_r", {1, 1, D}, mix(eta / 2)),
        vectorSpec(att + "time_maa_g", {1, 1, D}, mix(eta / 2)),
        matrixSpec(att + "time_maa_w1", {D, 5 * R}),
        matrixSpec(att + "time_maa_w2", {5, R, D}, small),
        {att + "time_decay", {1, 1, D}, false, decay, 2.0f},
        matrixSpec(att + "time_decay_w1", {D, Rd}),
        matrixSpec(att + "time_decay_w2", {Rd, D}, small),
        vectorSpec(att + "time_faaaa", {H, N}, bonus),
        matrixSpec(att + "receptance.weight", {D, D}, orthogonalValues(1)),
        matrixSpec(att + "key.weight", {D, D}, orthogonalValues(0.1)),
        matrixSpec(att + "value.weight", {D, D}, orthogonalValues(1)),
        matrixSpec(att + "gate.weight", {D, D}, orthogonalValues(0.1)),
        matrixSpec(att + "output.weight", {D, D}),
        vectorSpec(att + "ln_x.weight", {D}, constantValues(std::pow((1.0 + layer) / m.layers, 0.7))),
        vectorSpec(att + "ln_x.bias", {D}),

        vectorSpec(ffn + "time_maa_k", {1, 1, D}, mix(eta * eta * eta)),
        vectorSpec(ffn + "time_maa_r", {1, 1, D}, mix(eta * eta * eta)),
        matrixSpec(ffn + "key.weight", {F, D}, orthogonalValues(1)),
        matrixSpec(ffn + "receptance.weight", {D, D}),
        matrixSpec(ffn + "value.weight", {D, F}),
    };
}

} // namespace engine
