#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <array>

namespace engine::selftest {

namespace {

// tanh and sigmoid within some 2^-22 of 1 on both sides, and float32 sums of up to 160 products.
constexpr double kBound = 5e-6;

constexpr std::array kActivations{ActivationKind::None, ActivationKind::Tanh, ActivationKind::Sigmoid,
                                  ActivationKind::SquaredRelu};
constexpr std::array kRanks{1, 19, 64, 160};
constexpr std::array kTypes{DataType::Float32, DataType::Float16, DataType::BFloat16};

// `maps` maps over the same tokens, of different ranks, activations and types, with and without bias, from
// rank `first` on.
void compareMaps(OperationTest& test, Group& group, int width, int tokens, std::size_t maps,
                 std::size_t first) {
    OperationCase one(test, group,
                      "width " + std::to_string(width) + ", " + std::to_string(maps) + " maps from rank " +
                          std::to_string(kRanks[first]) + ", " + describe({{.tokens = tokens}}));
    const auto t = static_cast<std::size_t>(tokens);
    const auto w = static_cast<std::size_t>(width);
    std::vector<LowRank> ops(maps);
    std::vector<Tensor> hidden(maps), outputs(maps);
    one.setTokens(std::vector<int>(t));
    for (std::size_t i = 0; i < maps; ++i) {
        const int rank = kRanks[(first + i) % kRanks.size()];
        const auto r = static_cast<std::size_t>(rank);
        const bool isSpread = i % 2 == 1; // rows that do not follow one another
        const std::size_t stride = isSpread ? r + 3 : r;
        hidden[i] = one.scratch("hidden", t * stride);
        outputs[i] = one.output("output " + std::to_string(i), t * w);
        ops[i].rank = rank;
        ops[i].width = width;
        ops[i].hiddenStride = isSpread ? static_cast<int>(stride) : 0;
        ops[i].activation = kActivations[(first + i + t) % kActivations.size()];
        ops[i].factor = test.matrix(kTypes[(i + t) % kTypes.size()], rank, width, {0, 0.2});
        ops[i].bias = (i + t) % 2 == 0 ? test.weights(w) : nullptr;
    }
    one.compare(kBound, [&](const Placed& at) {
        auto placed = ops;
        for (std::size_t i = 0; i < maps; ++i) {
            placed[i].hidden = at(hidden[i]);
            placed[i].output = at(outputs[i]);
        }
        at.backend().lowRank(placed, tokens);
    });
}

} // namespace

void lowRankCases(OperationTest& test) {
    const auto widths = test.isQuick() ? std::vector{61, 203} : std::vector{61, 203, 2048};
    for (const std::size_t maps : {std::size_t{1}, std::size_t{2}, kMostLowRanks})
        for (std::size_t first = 0; first < kRanks.size(); ++first)
            test.group(std::to_string(maps) + (maps == 1 ? " map" : " maps") + " from rank " +
                           std::to_string(kRanks[first]) + ", 1 to 130 tokens",
                       [&](Group& group) {
                           for (const int width : widths)
                               for (const int tokens : {1, 2, 3, 8, 17, 33, 130})
                                   if (width < 2048 || tokens < 33)
                                       compareMaps(test, group, width, tokens, maps, first);
                       });
}

} // namespace engine::selftest
