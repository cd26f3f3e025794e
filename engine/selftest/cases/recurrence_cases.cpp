#include "engine/selftest/cases/recurrence_cases.h"

#include <array>
#include <span>

namespace engine::selftest {

namespace {

constexpr std::array kTokens{1, 2, 63, 64, 65, 200, 300};
constexpr std::array kFewTokens{1, 2, 17};
constexpr int kMostInPlace = 65;

} // namespace

void recurrenceCases(OperationTest& test, const std::string& first, const std::string& second,
                     const std::function<void(Group&, const RecurrenceShape&)>& compare) {
    const std::span<const int> tokens = test.isQuick() ? std::span<const int>(kFewTokens) : kTokens;
    for (const int headSize : {8, 27, 64, 160})
        for (const bool isFirst : {true, false})
            test.group(
                "head size " + std::to_string(headSize) + ", " + (isFirst ? first : second),
                [&](Group& group) {
                    for (const Batch& batch : batches(tokens))
                        for (const bool isInPlace : {false, true})
                            if (!isInPlace || tokensOf(batch) <= kMostInPlace)
                                compare(group, {headSize > 64 ? 2 : 3, headSize, isFirst, isInPlace, batch});
                });
}

} // namespace engine::selftest
