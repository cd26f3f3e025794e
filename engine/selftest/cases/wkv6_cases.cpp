#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <array>

namespace engine::selftest {

namespace {

// Sums over keys and tokens in float32, a text in parts or whole: some 2^-24 of the largest y for each of a
// few dozen tokens that a slow decay remembers; group norm divides by a head's deviation, which may be a few
// times less.
constexpr double kBound = 2e-5;

constexpr std::array kTokens{1, 2, 63, 64, 65, 200, 300};
constexpr std::array kFewTokens{1, 2, 17};

void compareWkv6(OperationTest& test, Group& group, int heads, int headSize, bool decayIsConstant,
                 bool isInPlace, const Batch& batch) {
    OperationCase one(test, group, describe(batch) + (isInPlace ? " in place" : ""));
    const auto n = static_cast<std::size_t>(headSize);
    const std::size_t width = static_cast<std::size_t>(heads) * n;
    const std::size_t count = static_cast<std::size_t>(tokensOf(batch)) * width;
    one.setBatch(batch, width * n);
    const Tensor receptance = isInPlace ? one.updated("receptance", count) : one.input("receptance", count);
    const Tensor key = one.input("key", count);
    const Tensor value = one.input("value", count);
    const Tensor gate = one.input("gate", count);
    // Factors from some 0.4 to 0.999.
    constexpr Normal kDecayLogit{-3, 1.5};
    const float* const constantDecay = decayIsConstant ? test.weights(width, kDecayLogit) : nullptr;
    const Tensor decay = decayIsConstant ? Tensor{} : one.input("decayLogit", count, kDecayLogit);
    const Tensor output = isInPlace ? receptance : one.output("output", count);
    const float* const bonus = test.weights(width, {0, 0.5});
    const NormParameters norm = test.norm(width, 64e-5f);
    one.compare(kBound, [&](const Side& at) {
        std::vector<Wkv6> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            Wkv6& op = ops.emplace_back();
            op.tokens = batch[s].tokens;
            op.heads = heads;
            op.headSize = headSize;
            op.receptance = at(receptance, first);
            op.key = at(key, first);
            op.value = at(value, first);
            op.gate = at(gate, first);
            op.decayLogit = decayIsConstant ? constantDecay : at(decay, first);
            op.decayIsConstant = decayIsConstant;
            op.bonus = bonus;
            op.groupNorm = norm;
            op.state = at.state(s);
            op.output = at(output, first);
            first += static_cast<std::size_t>(batch[s].tokens) * width;
        }
        at.backend().wkv6(ops);
    });
}

} // namespace

void wkv6Cases(OperationTest& test) {
    for (const int headSize : {8, 27, 64, 160})
        for (const bool decayIsConstant : {true, false})
            test.group("head size " + std::to_string(headSize) +
                           (decayIsConstant ? ", constant decay" : ", decay of each token"),
                       [&](Group& group) {
                           for (const Batch& batch : batches(test.isQuick() ? std::span<const int>(kFewTokens)
                                                                            : std::span<const int>(kTokens)))
                               for (const bool isInPlace : {false, true})
                                   if (!isInPlace || tokensOf(batch) <= 65)
                                       compareWkv6(test, group, headSize > 64 ? 2 : 3, headSize,
                                                   decayIsConstant, isInPlace, batch);
                       });
}

} // namespace engine::selftest
