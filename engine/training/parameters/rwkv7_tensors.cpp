#include "engine/training/parameters/tensor_lists.h"

#include <algorithm>
#include <cmath>

namespace engine {

namespace {

// Of a factor [R,D] or [D,R]'s other side: orthogonal, smaller where there are more rows than columns.
StartRule upFactor(std::int64_t rank, std::int64_t width) {
    const double tall = rank > width ? std::sqrt(static_cast<double>(rank) / static_cast<double>(width)) : 1;
    return orthogonalValues(0.1 * tall);
}

} // namespace

std::vector<TensorSpec> rwkv7Tensors(const TrainingShape& shape, int layer) {
    const ModelConfig& m = shape.model;
    const std::int64_t D = m.width, H = m.heads, N = m.headSize, F = m.feedForward;
    // The letters of section 11: how far up the layer is, and where in its head a channel lies.
    const double rho = m.layers > 1 ? static_cast<double>(layer) / (m.layers - 1) : 0;
    const double eta = 1 - static_cast<double>(layer) / m.layers;
    const auto mix = [](double exponent) {
        return perChannel([=](int, double f, double) { return 1 - std::pow(f, exponent); });
    };
    const auto zeta = [N](int n) {
        const double half = static_cast<double>(N - 1) / 2, z = (static_cast<double>(n % N) - half) / half;
        return z * std::abs(z);
    };
    const auto decay = perChannel([=](int n, double, double h) {
        return -6 + 6 * std::pow(h, 1 + std::pow(rho, 0.3)) + 0.5 + 2.5 * zeta(n);
    });
    const auto rate =
        perChannel([=](int n, double, double h) { return -0.19 + 0.3 * zeta(n) + 0.4 * (h - 0.5); });
    const auto falling = [](double middle, double slope) {
        return perChannel([=](int, double, double h) { return middle - slope * (h - 0.5); });
    };
    const std::string block = "blocks." + std::to_string(layer) + ".", att = block + "att.",
                      ffn = block + "ffn.";
    std::vector<TensorSpec> tensors = {
        vectorSpec(block + "ln1.weight", {D}, constantValues(1)),
        vectorSpec(block + "ln1.bias", {D}),
        vectorSpec(block + "ln2.weight", {D}, constantValues(1)),
        vectorSpec(block + "ln2.bias", {D}),

        vectorSpec(att + "x_r", {1, 1, D}, mix(0.2 * eta)),
        vectorSpec(att + "x_w", {1, 1, D}, mix(0.9 * eta)),
        vectorSpec(att + "x_k", {1, 1, D}, mix(0.7 * eta)),
        vectorSpec(att + "x_v", {1, 1, D}, mix(0.7 * eta)),
        vectorSpec(att + "x_a", {1, 1, D}, mix(0.9 * eta)),
        vectorSpec(att + "x_g", {1, 1, D}, mix(0.2 * eta)),
        {att + "w0", {1, 1, D}, false, decay, 2.0f},
        matrixSpec(att + "w1", {D, shape.decayRank}),
        matrixSpec(att + "w2", {shape.decayRank, D}, upFactor(shape.decayRank, D)),
        vectorSpec(att + "a0", {1, 1, D}, rate),
        matrixSpec(att + "a1", {D, shape.rateRank}),
        matrixSpec(att + "a2", {shape.rateRank, D}, upFactor(shape.rateRank, D)),
        matrixSpec(att + "g1", {D, shape.gateRank}),
        matrixSpec(att + "g2", {shape.gateRank, D}, upFactor(shape.gateRank, D)),
        vectorSpec(att + "k_k", {1, 1, D}, falling(0.71, 0.1)),
        vectorSpec(att + "k_a", {1, 1, D}, constantValues(1.02)),
        vectorSpec(att + "r_k", {H, N}, constantValues(-0.04)),
        matrixSpec(att + "receptance.weight", {D, D}, orthogonalValues(1)),
        matrixSpec(att + "key.weight", {D, D}, orthogonalValues(0.1)),
        matrixSpec(att + "value.weight", {D, D}, orthogonalValues(1)),
        matrixSpec(att + "output.weight", {D, D}),
        vectorSpec(att + "ln_x.weight", {D}, constantValues(std::pow((1.0 + layer) / m.layers, 0.7))),
        vectorSpec(att + "ln_x.bias", {D}),

        vectorSpec(ffn + "x_k", {1, 1, D}, mix(eta * eta * eta * eta)),
        matrixSpec(ffn + "key.weight", {F, D}, orthogonalValues(1)),
        matrixSpec(ffn + "value.weight", {D, F}),
    };
    if (layer > 0) { // layer 0's value is what the others blend with
        tensors.push_back(vectorSpec(att + "v0", {1, 1, D}, falling(0.73, 0.4)));
        tensors.push_back(matrixSpec(att + "v1", {D, shape.valueRank}));
        tensors.push_back(matrixSpec(att + "v2", {shape.valueRank, D}, upFactor(shape.valueRank, D)));
    }
    return tensors;
}

} // namespace engine
