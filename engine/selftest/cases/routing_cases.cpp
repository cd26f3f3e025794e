// The sources of routing beside the convolution.
#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <array>

namespace engine::selftest {

namespace {

// Eight products to a sum in float32; a mean that forgets a hundredth per token holds the rounding of some
// hundred.
constexpr double kBound = 5e-6;

constexpr std::array kTokens{1, 2, 33, 64, 65, 200};

std::vector<int> widths(bool isQuick) {
    return isQuick ? std::vector{5, 203} : std::vector{5, 203, 1027, 2048};
}

// Whether each sequence uses the enhancement: all, or by turns.
Batch withTurns(Batch batch, bool takesTurns) {
    for (std::size_t s = 0; takesTurns && s < batch.size(); ++s)
        batch[s].usesEnhancement = s % 3 != 1 && batch.size() > 1;
    return batch;
}

// Calls compare(group, width, batch) for every width and batch, by turns as well.
void forBatches(OperationTest& test, const std::function<void(Group&, int, const Batch&)>& compare) {
    for (const int width : widths(test.isQuick()))
        test.group("width " + std::to_string(width) + ", 1 to 200 tokens", [&](Group& group) {
            for (const Batch& batch : batches(kTokens))
                for (const bool takesTurns : {false, true})
                    compare(group, width, withTurns(batch, takesTurns));
        });
}

// Added up with weights, or written one by one.
void compareMeans(OperationTest& test, Group& group, int width, int means, bool areApart,
                  const Batch& batch) {
    OperationCase one(test, group,
                      std::to_string(means) + (areApart ? " means apart, " : " means, ") + describe(batch));
    const auto w = static_cast<std::size_t>(width);
    const std::size_t count = static_cast<std::size_t>(tokensOf(batch)) * w;
    const std::size_t size = static_cast<std::size_t>(means) * w;
    one.setBatch(batch, size);
    const Tensor stream = one.input("stream", count);
    const Tensor routed = areApart ? one.output("means", static_cast<std::size_t>(means) * count)
                                   : one.updated("routed", 2 * count);
    const float* const weight = areApart ? nullptr : test.weights(size, {0.1, 0.3});
    one.compare(kBound, [&](const Placed& at) {
        std::vector<DecayedMeans> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            DecayedMeans& op = ops.emplace_back();
            op.tokens = batch[s].tokens;
            op.width = width;
            op.means = means;
            op.decays = {0.75f, 0.9f, 0.97f, 0.99f, 0.5f, 0.1f, 0.995f, 0.999f};
            op.stream = at(stream, first);
            op.weight = weight;
            op.state = at.state(s);
            op.output = areApart ? at(routed, static_cast<std::size_t>(means) * first)
                                 : at(routed, 2 * first) + width;
            op.outputStride = areApart ? 0 : 2 * width;
            op.isEnabled = batch[s].usesEnhancement;
            first += static_cast<std::size_t>(batch[s].tokens) * w;
        }
        at.backend().decayedMeans(ops);
    });
}

void comparePrecededRows(OperationTest& test, Group& group, int width, const Batch& batch) {
    OperationCase one(test, group, describe(batch));
    const auto w = static_cast<std::size_t>(width);
    const auto rows = static_cast<std::size_t>(tokensOf(batch));
    one.setBatch(batch, w);
    const Tensor input = one.input("rows", rows * w);
    const Tensor output = one.output("output", (rows + batch.size()) * w);
    one.compare(0, [&](const Placed& at) { // copies
        std::vector<PrecededRows> ops;
        std::size_t row = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            ops.push_back({batch[s].tokens, width, at(input, row * w), at.state(s), at(output, (row + s) * w),
                           batch[s].usesEnhancement});
            row += static_cast<std::size_t>(batch[s].tokens);
        }
        at.backend().precededRows(ops);
    });
}

void compareEmbeddings(OperationTest& test, Group& group, int width, const Batch& batch) {
    OperationCase one(test, group, describe(batch));
    const auto w = static_cast<std::size_t>(width);
    const auto rows = static_cast<std::size_t>(tokensOf(batch));
    one.setBatch(batch, 1);
    const Tensor input = one.input("rows", (rows + batch.size()) * w);
    const Tensor routed = one.updated("routed", 2 * rows * w);
    const float* const weight = test.weights(2 * w, {0.1, 0.3});
    one.compare(kBound, [&](const Placed& at) {
        std::vector<EmbeddingShift> ops;
        std::size_t row = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            ops.push_back({batch[s].tokens, width, at(input, (row + s) * w), weight,
                           at(routed, 2 * row * w) + width, 2 * width});
            row += static_cast<std::size_t>(batch[s].tokens);
        }
        at.backend().embeddingShift(ops);
    });
}

void compareTokenRows(OperationTest& test, Group& group, int width, const Batch& batch) {
    OperationCase one(test, group, describe(batch));
    const auto w = static_cast<std::size_t>(width);
    const auto rows = static_cast<std::size_t>(tokensOf(batch));
    one.setBatch(batch, w);
    const Tensor input = one.input("rows", 2 * rows * w);
    const Tensor routed = one.updated("routed", 2 * rows * w);
    one.compare(kBound, [&](const Placed& at) {
        std::vector<TokenRows> ops;
        std::size_t row = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            ops.push_back({batch[s].tokens, width, at(input, 2 * row * w), at.state(s),
                           at(routed, 2 * row * w) + width, 2 * width, batch[s].usesEnhancement});
            row += static_cast<std::size_t>(batch[s].tokens);
        }
        at.backend().tokenRows(ops);
    });
}

} // namespace

void decayedMeansCases(OperationTest& test) {
    for (const int means : {1, 4, kMostMeans})
        for (const bool areApart : {false, true})
            forBatches(test, [&](Group& group, int width, const Batch& batch) {
                compareMeans(test, group, width, means, areApart, batch);
            });
}
void precededRowsCases(OperationTest& test) {
    forBatches(test, [&](Group& group, int width, const Batch& batch) {
        comparePrecededRows(test, group, width, batch);
    });
}
void embeddingShiftCases(OperationTest& test) {
    forBatches(test, [&](Group& group, int width, const Batch& batch) {
        compareEmbeddings(test, group, width, batch);
    });
}
void tokenRowsCases(OperationTest& test) {
    forBatches(test, [&](Group& group, int width, const Batch& batch) {
        compareTokenRows(test, group, width, batch);
    });
}

} // namespace engine::selftest
