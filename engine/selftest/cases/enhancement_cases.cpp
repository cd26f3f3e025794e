// The enhancement's operations.
#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <array>

namespace engine::selftest {

namespace {

// Features of the position within 2^-22 of 1, six factors of each tap, up to 64 taps: float32 sums in one
// order.
constexpr double kConvolutionBound = 5e-6;
// Sigmoid within 2^-22 of 1, and layer norm (row_cases.cpp).
constexpr double kGateBound = 5e-6;

constexpr std::array kTokens{1, 2, 7, 33};

std::vector<int> widths(bool isQuick) {
    return isQuick ? std::vector{5, 203} : std::vector{5, 64, 203, 1027, 2048};
}

void comparePreviousRows(OperationTest& test, Group& group, int width, const Batch& batch, bool isPaired) {
    OperationCase one(test, group, describe(batch) + (isPaired ? ", paired" : ""));
    const auto w = static_cast<std::size_t>(width);
    const std::size_t count = static_cast<std::size_t>(tokensOf(batch)) * w;
    one.setBatch(batch, w);
    const Tensor stream = one.input("stream", count);
    const std::size_t rowsOut = isPaired ? 2 : 1;
    const Tensor output = one.output("output", rowsOut * count);
    one.compare(0, [&](const Placed& at) { // copies
        std::vector<PreviousRows> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            ops.push_back({batch[s].tokens,
                           width,
                           at(stream, first),
                           {1, at.state(s)},
                           at(output, rowsOut * first),
                           isPaired});
            first += static_cast<std::size_t>(batch[s].tokens) * w;
        }
        at.backend().previousRows(ops);
    });
}

void compareConvolution(OperationTest& test, Group& group, int width, int taps, Batch batch) {
    const auto w = static_cast<std::size_t>(width);
    const auto k = static_cast<std::size_t>(taps);
    // From the beginning of a text to far beyond what float32 counts.
    constexpr std::array<std::int64_t, 5> kPositions{0, 1, 1000, 5'000'000, std::int64_t{1} << 40};
    const std::size_t firstPosition = test.random().below(kPositions.size());
    for (std::size_t s = 0; s < batch.size(); ++s)
        batch[s].position = kPositions[(firstPosition + s) % kPositions.size()];
    OperationCase one(test, group,
                      describe(batch) + " from position " + std::to_string(batch.front().position) + " on");
    const std::size_t count = static_cast<std::size_t>(tokensOf(batch)) * w;
    one.setBatch(batch, k * w);
    const Tensor stream = one.input("stream", count);
    const Tensor routed = one.output("routed", 2 * count);
    const float* const kernel = test.weights(k * w, {0.3, 0.3});
    const float* const position = test.weights(k * kPositionFeatures * w, {0, 0.1});
    one.compare(kConvolutionBound, [&](const Placed& at) {
        std::vector<ConvolutionalShift> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            ops.push_back({batch[s].tokens,
                           width,
                           taps,
                           batch[s].position,
                           at(stream, first),
                           {taps, at.state(s)},
                           kernel,
                           position,
                           at(routed, 2 * first)});
            first += static_cast<std::size_t>(batch[s].tokens) * w;
        }
        at.backend().convolutionalShift(ops);
    });
}

struct GateKind {
    std::string name;
    bool isFixed = false;
    bool hasChange = false; // mlp shift
    bool isRouted = false;
    bool reportsGates = true; // of a fixed gate
    int earlierRows = 1;
};

void compareGate(OperationTest& test, Group& group, int width, const GateKind& kind, bool hasNorm,
                 Batch batch, bool isEnabled) {
    const bool isMixed = batch.size() > 1;
    for (std::size_t s = 0; s < batch.size(); ++s)
        batch[s].usesEnhancement = isMixed ? s % 3 != 1 : isEnabled;
    OperationCase one(test, group,
                      "width " + std::to_string(width) + ", " + describe(batch) +
                          (isEnabled ? "" : ", not enabled"));
    const auto w = static_cast<std::size_t>(width);
    const auto rows = static_cast<std::size_t>(kind.earlierRows);
    const std::size_t count = static_cast<std::size_t>(tokensOf(batch)) * w;
    one.setBatch(batch, rows * w);
    const Tensor stream = one.input("stream", count);
    const Tensor change = kind.hasChange ? one.input("shiftChange", count) : Tensor{};
    const Tensor routed = kind.isRouted ? one.input("routed", 2 * count) : Tensor{};
    const bool hasGates = !kind.isFixed || kind.reportsGates;
    const Tensor gates = hasGates ? one.updated("gates", count, {-1, 2}) : Tensor{};
    const Tensor output = one.output("output", count);
    const float* const bias = kind.isFixed || kind.isRouted ? nullptr : test.weights(w);
    const NormParameters norm = test.norm(w);
    one.compare(kGateBound, [&](const Placed& at) {
        std::vector<AdaptiveGate> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            AdaptiveGate& op = ops.emplace_back();
            op.tokens = batch[s].tokens;
            op.width = width;
            op.stream = at(stream, first);
            op.earlier = {kind.earlierRows, at.state(s)};
            if (kind.isRouted) {
                op.shifted = at(routed, 2 * first + w);
                op.shiftedStride = 2 * width;
            }
            op.shiftChange = kind.hasChange ? at(change, first) : nullptr;
            op.gates = hasGates ? at(gates, first) : nullptr;
            op.isFixed = kind.isFixed;
            op.bias = bias;
            if (hasNorm)
                op.norm = norm;
            op.output = at(output, first);
            op.isEnabled = batch[s].usesEnhancement;
            first += static_cast<std::size_t>(batch[s].tokens) * w;
        }
        at.backend().adaptiveGate(ops);
    });
}

} // namespace

void previousRowsCases(OperationTest& test) {
    for (const int width : widths(test.isQuick()))
        test.group("width " + std::to_string(width), [&](Group& group) {
            for (const Batch& batch : batches(kTokens))
                for (const bool isPaired : {false, true})
                    comparePreviousRows(test, group, width, batch, isPaired);
        });
}

void convolutionalShiftCases(OperationTest& test) {
    for (const int width : widths(test.isQuick()))
        for (const int taps : {1, 3, 4, kMaxConvolutionTaps})
            if (taps <= 4 || width <= 203)
                test.group("width " + std::to_string(width) + ", " + std::to_string(taps) +
                               (taps == 1 ? " tap" : " taps"),
                           [&](Group& group) {
                               for (const Batch& batch : batches(kTokens))
                                   compareConvolution(test, group, width, taps, batch);
                           });
}

void adaptiveGateCases(OperationTest& test) {
    const std::array kinds{
        GateKind{.name = "identity shift"},
        GateKind{.name = "mlp shift", .hasChange = true},
        GateKind{.name = "fixed gate", .isFixed = true},
        GateKind{.name = "fixed gate that nobody asks for", .isFixed = true, .reportsGates = false},
        GateKind{.name = "fixed gate with mlp shift", .isFixed = true, .hasChange = true},
        GateKind{.name = "routed", .isRouted = true, .earlierRows = 4}};
    for (const GateKind& kind : kinds)
        for (const bool hasNorm : {true, false})
            test.group(kind.name + (hasNorm ? "" : ", no layer norm"), [&](Group& group) {
                for (const int width : widths(test.isQuick()))
                    for (const Batch& batch : batches(kTokens))
                        for (const bool isEnabled : {true, false})
                            if (isEnabled || batch.size() == 1)
                                compareGate(test, group, width, kind, hasNorm, batch, isEnabled);
            });
}

} // namespace engine::selftest
