#include "engine/selftest/cases/operation_cases.h"
#include "engine/selftest/cases/recurrence_cases.h"

#include <algorithm>

namespace engine::selftest {

namespace {

// As of wkv6; the state is also multiplied by itself with every token, so that what is rounded stays longer.
constexpr double kBound = 5e-5;

void compareWkv7(OperationTest& test, Group& group, const RecurrenceShape& shape) {
    OperationCase one(test, group, shape.name());
    const std::size_t width = shape.width(), count = shape.rows();
    const bool isFirstLayer = shape.isFirst;
    one.setBatch(shape.batch, width * static_cast<std::size_t>(shape.headSize));
    const Tensor receptance =
        shape.isInPlace ? one.updated("receptance", count) : one.input("receptance", count);
    auto keys = test.values(count);
    std::fill_n(keys.begin(), shape.headSize, 0.0f); // a key of length 0 must not divide by zero
    const Tensor key = one.input("key", keys);
    const Tensor value = one.input("value", count);
    const Tensor decay = one.input("decayLogit", count, {-2, 2});
    const Tensor rate = one.input("rateLogit", count);
    const Tensor mix = isFirstLayer ? Tensor{} : one.input("valueMixLogit", count);
    const Tensor gate = one.input("gate", count);
    const Tensor firstValue =
        isFirstLayer ? one.output("firstLayerValue", count) : one.input("firstLayerValue", count);
    const Tensor output = shape.isInPlace ? receptance : one.output("output", count);
    const float* const removalScale = test.weights(width, {0.7, 0.1});
    const float* const rateScale = test.weights(width, {1, 0.1});
    const float* const bonus = test.weights(width, {0, 0.1});
    const NormParameters norm = test.norm(width, 64e-5f);
    one.compare(kBound, [&](const Placed& at) {
        at.backend().wkv7(recurrences<Wkv7>(shape, at, [&](Wkv7& op, std::size_t first) {
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
            op.output = at(output, first);
        }));
    });
}

} // namespace

void wkv7Cases(OperationTest& test) {
    recurrenceCases(test, "first layer", "later layer",
                    [&](Group& group, const RecurrenceShape& shape) { compareWkv7(test, group, shape); });
}

} // namespace engine::selftest
