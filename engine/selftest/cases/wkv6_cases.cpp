#include "engine/selftest/cases/operation_cases.h"
#include "engine/selftest/cases/recurrence_cases.h"

namespace engine::selftest {

namespace {

// Sums over keys and tokens in float32, a text in parts or whole: some 2^-24 of the largest y for each of a
// few dozen tokens that a slow decay remembers; group norm divides by a head's deviation, which may be a few
// times less.
constexpr double kBound = 2e-5;

// Factors from some 0.4 to 0.999.
constexpr Normal kDecayLogit{-3, 1.5};

void compareWkv6(OperationTest& test, Group& group, const RecurrenceShape& shape) {
    OperationCase one(test, group, shape.name());
    const std::size_t width = shape.width(), count = shape.rows();
    const bool decayIsConstant = shape.isFirst;
    one.setBatch(shape.batch, width * static_cast<std::size_t>(shape.headSize));
    const Tensor receptance =
        shape.isInPlace ? one.updated("receptance", count) : one.input("receptance", count);
    const Tensor key = one.input("key", count);
    const Tensor value = one.input("value", count);
    const Tensor gate = one.input("gate", count);
    auto decayLogits = test.values(decayIsConstant ? 0 : count, kDecayLogit);
    if (!decayIsConstant)
        decayLogits.front() = 200; // forgets all at once, without overflow
    const float* const constantDecay = decayIsConstant ? test.weights(width, kDecayLogit) : nullptr;
    const Tensor decay = decayIsConstant ? Tensor{} : one.input("decayLogit", decayLogits);
    const Tensor output = shape.isInPlace ? receptance : one.output("output", count);
    const float* const bonus = test.weights(width, {0, 0.5});
    const NormParameters norm = test.norm(width, 64e-5f);
    one.compare(kBound, [&](const Placed& at) {
        at.backend().wkv6(recurrences<Wkv6>(shape, at, [&](Wkv6& op, std::size_t first) {
            op.receptance = at(receptance, first);
            op.key = at(key, first);
            op.value = at(value, first);
            op.gate = at(gate, first);
            op.decayLogit = decayIsConstant ? constantDecay : at(decay, first);
            op.decayIsConstant = decayIsConstant;
            op.bonus = bonus;
            op.groupNorm = norm;
            op.output = at(output, first);
        }));
    });
}

} // namespace

void wkv6Cases(OperationTest& test) {
    recurrenceCases(test, "constant decay", "decay of each token",
                    [&](Group& group, const RecurrenceShape& shape) { compareWkv6(test, group, shape); });
}

} // namespace engine::selftest
