// Token shift, and RWKV-6's, which depends on the token.
#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <array>

namespace engine::selftest {

namespace {

// As of layer norm (row_cases.cpp).
constexpr double kShiftBound = 5e-6;
// tanh within some 2^-22 of 1, and float32 sums of up to 64 products; their blend is several times its parts.
constexpr double kDynamicBound = 5e-6;

constexpr std::array kTokens{1, 2, 7, 33};

void compareTokenShift(OperationTest& test, Group& group, int width, std::size_t uses, const Batch& batch) {
    OperationCase one(test, group, std::to_string(uses) + " uses, " + describe(batch));
    const auto w = static_cast<std::size_t>(width);
    const auto rows = static_cast<std::size_t>(tokensOf(batch));
    one.setBatch(batch, w);
    const Tensor stream = one.input("stream", rows * w, {0.5, 2});
    const Tensor normalised = one.output("normalised", (rows + batch.size()) * w);
    std::vector<const float*> mixes;
    std::vector<Tensor> outputs;
    for (std::size_t j = 0; j < uses; ++j) {
        mixes.push_back(test.weights(w, {0.5, 0.5}));
        outputs.push_back(one.output("output " + std::to_string(j), rows * w));
    }
    const NormParameters norm = test.norm(w);
    one.compare(kShiftBound, [&](const Placed& at) {
        std::vector<TokenShift> ops;
        std::size_t row = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            TokenShift& op = ops.emplace_back(TokenShift{batch[s].tokens, width, at(stream, row * w), norm,
                                                         at.state(s), at(normalised, (row + s) * w)});
            for (std::size_t j = 0; j < uses; ++j)
                op.addUse({mixes[j], at(outputs[j], row * w)});
            row += static_cast<std::size_t>(batch[s].tokens);
        }
        at.backend().tokenShift(ops);
    });
}

void compareDynamicShift(OperationTest& test, Group& group, DataType type, int width, int rank,
                         const Batch& batch) {
    OperationCase one(test, group, std::string(name(type)) + ", " + describe(batch));
    const auto w = static_cast<std::size_t>(width);
    const auto r = static_cast<std::size_t>(rank);
    const auto rows = static_cast<std::size_t>(tokensOf(batch));
    one.setBatch(batch, 1);
    const Tensor normalised = one.input("normalised", (rows + batch.size()) * w);
    const Tensor mixHidden = one.scratch("mixHidden", rows * kDynamicShiftUses * r);
    const Matrix factors = test.matrix(type, kDynamicShiftUses * rank, width, {0, 0.1});
    std::array<const float*, kDynamicShiftUses> mixes{};
    std::array<Tensor, kDynamicShiftUses> outputs;
    for (std::size_t j = 0; j < kDynamicShiftUses; ++j) {
        mixes[j] = test.weights(w, {0.5, 0.5});
        outputs[j] = one.output("output " + std::to_string(j), rows * w);
    }
    one.compare(kDynamicBound, [&](const Placed& at) {
        std::vector<DynamicShift> ops;
        std::size_t row = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            DynamicShift& op = ops.emplace_back();
            op.tokens = batch[s].tokens;
            op.width = width;
            op.rank = rank;
            op.normalised = at(normalised, (row + s) * w);
            op.mixHidden = at(mixHidden, row * kDynamicShiftUses * r);
            op.factors = factors;
            for (std::size_t j = 0; j < kDynamicShiftUses; ++j)
                op.uses[j] = {mixes[j], at(outputs[j], row * w)};
            row += static_cast<std::size_t>(batch[s].tokens);
        }
        at.backend().dynamicShift(ops);
    });
}

} // namespace

void tokenShiftCases(OperationTest& test) {
    for (const int width : test.isQuick() ? std::vector{5, 203} : std::vector{5, 64, 203, 1027, 2048})
        test.group("width " + std::to_string(width) + ", 1 to 6 uses", [&](Group& group) {
            for (const Batch& batch : batches(kTokens))
                for (std::size_t uses = 1; uses <= kMostTokenShiftUses; ++uses)
                    if (width < 1027 || uses % 3 == 0)
                        compareTokenShift(test, group, width, uses, batch);
        });
}

void dynamicShiftCases(OperationTest& test) {
    for (const int width : test.isQuick() ? std::vector{61} : std::vector{61, 203, 2048})
        for (const int rank : {1, 19, 32, 64})
            test.group(
                "width " + std::to_string(width) + ", rank " + std::to_string(rank), [&](Group& group) {
                    for (const Batch& batch : batches(kTokens))
                        for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16})
                            if (width < 2048 || tokensOf(batch) < 33)
                                compareDynamicShift(test, group, type, width, rank, batch);
                });
}

} // namespace engine::selftest
