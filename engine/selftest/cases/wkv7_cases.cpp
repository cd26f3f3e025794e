#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <array>

namespace engine::selftest {

namespace {

// As of wkv6; the state is also multiplied by itself with every token, so that what is rounded stays longer.
constexpr double kBound = 5e-5;

constexpr std::array kTokens{1, 2, 63, 64, 65, 200, 300};
constexpr std::array kFewTokens{1, 2, 17};

void compareWkv7(OperationTest& test, Group& group, int heads, int headSize, bool isFirstLayer,
                 bool isInPlace, const Batch& batch) {
    OperationCase one(test, group, describe(batch) + (isInPlace ? " in place" : ""));
    const auto n = static_cast<std::size_t>(headSize);
    const std::size_t width = static_cast<std::size_t>(heads) * n;
    const std::size_t count = static_cast<std::size_t>(tokensOf(batch)) * width;
    one.setBatch(batch, width * n);
    const Tensor receptance = isInPlace ? one.updated("receptance", count) : one.input("receptance", count);
    const Tensor key = one.input("key", count);
    const Tensor value = one.input("value", count);
    const Tensor decay = one.input("decayLogit", count, {-2, 2});
    const Tensor rate = one.input("rateLogit", count);
    const Tensor mix = isFirstLayer ? Tensor{} : one.input("valueMixLogit", count);
    const Tensor gate = one.input("gate", count);
    const Tensor firstValue =
        isFirstLayer ? one.output("firstLayerValue", count) : one.input("firstLayerValue", count);
    const Tensor output = isInPlace ? receptance : one.output("output", count);
    const float* const removalScale = test.weights(width, {0.7, 0.1});
    const float* const rateScale = test.weights(width, {1, 0.1});
    const float* const bonus = test.weights(width, {0, 0.1});
    const NormParameters norm = test.norm(width, 64e-5f);
    one.compare(kBound, [&](const Side& at) {
        std::vector<Wkv7> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            Wkv7& op = ops.emplace_back();
            op.tokens = batch[s].tokens;
            op.heads = heads;
            op.headSize = headSize;
            op.receptance = at(receptance, first);
            op.key = at(key, first);
            op.value = at(value, first);
            op.decayLogit = at(decay, first);
            op.rateLogit = at(rate, first);
            op.valueMixLogit = isFirstLayer ? nullptr : at(mix, first);
            op.gate = at(gate, first);
            op.firstLayerValue = at(firstValue, first);
            op.removalScale = removalScale;
            op.rateScale = rateScale;
            op.bonus = bonus;
            op.groupNorm = norm;
            op.state = at.state(s);
            op.output = at(output, first);
            first += static_cast<std::size_t>(batch[s].tokens) * width;
        }
        at.backend().wkv7(ops);
    });
}

} // namespace

void wkv7Cases(OperationTest& test) {
    for (const int headSize : {8, 27, 64, 160})
        for (const bool isFirstLayer : {true, false})
            test.group("head size " + std::to_string(headSize) +
                           (isFirstLayer ? ", first layer" : ", later layer"),
                       [&](Group& group) {
                           for (const Batch& batch : batches(test.isQuick() ? std::span<const int>(kFewTokens)
                                                                            : std::span<const int>(kTokens)))
                               for (const bool isInPlace : {false, true})
                                   if (!isInPlace || tokensOf(batch) <= 65)
                                       compareWkv7(test, group, headSize > 64 ? 2 : 3, headSize, isFirstLayer,
                                                   isInPlace, batch);
                       });
}

} // namespace engine::selftest
