// Where the network begins and ends: the embedding and layer norm.
#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"
#include "engine/selftest/cases/stored_matrix.h"

#include <initializer_list>
#include <utility>

namespace engine::selftest {

namespace {

// Sums of a row in float32 in another order: some 2^-23 of its mean and variance, and so of its largest
// value, which narrow rows make larger where they are divided by a small deviation.
constexpr double kBound = 5e-6;

constexpr int kVocabulary = 97;

std::vector<int> widths(bool isQuick) {
    return isQuick ? std::vector{5, 64, 203} : std::vector{5, 64, 203, 1027, 2048, 4100};
}

} // namespace

void layerNormCases(OperationTest& test) {
    for (const int width : widths(test.isQuick()))
        test.group("width " + std::to_string(width) + ", 1 to 33 tokens", [&](Group& group) {
            const auto w = static_cast<std::size_t>(width);
            for (const int tokens : {1, 2, 33})
                for (const bool isInPlace : {false, true}) {
                    OperationCase one(test, group,
                                      describe({{.tokens = tokens}}) + (isInPlace ? " in place" : ""));
                    const std::size_t count = static_cast<std::size_t>(tokens) * w;
                    const Tensor input = isInPlace ? one.updated("rows", count, {0.5, 2})
                                                   : one.input("input", count, {0.5, 2});
                    const Tensor output = isInPlace ? input : one.output("output", count);
                    const NormParameters norm = test.norm(w);
                    one.compare(kBound, [&](const Placed& at) {
                        at.backend().layerNorm({tokens, width, at(input), norm, at(output)});
                    });
                }
        });
}

void embeddingCases(OperationTest& test) {
    for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16, DataType::Q8_0,
                                DataType::Q4_0, DataType::Q4_1, DataType::Q5_0, DataType::Q5_1})
        test.group(std::string(name(type)) + ", 1 to 130 tokens", [&](Group& group) {
            const auto widths = isBlockQuantised(type) ? std::vector{64, 2048} : std::vector{5, 203, 2048};
            for (const int width : widths) {
                const StoredMatrix table = randomMatrix(type, kVocabulary, width, test.random());
                test.keep(table.bytes);
                const auto w = static_cast<std::size_t>(width);
                const NormParameters norm = test.norm(w);
                for (const auto& [tokens, hasNorm] : std::initializer_list<std::pair<int, bool>>{
                         {1, true}, {2, true}, {130, true}, {130, false}}) {
                    OperationCase one(test, group,
                                      "width " + std::to_string(width) + (hasNorm ? ", " : ", no norm, ") +
                                          describe({{.tokens = tokens}}));
                    std::vector<int> ids(static_cast<std::size_t>(tokens));
                    for (int& id : ids)
                        id = static_cast<int>(test.random().below(kVocabulary));
                    ids.back() = kVocabulary - 1;
                    one.setTokens(ids);
                    const Tensor stream = one.output("stream", ids.size() * w);
                    one.compare(kBound, [&](const Placed& at) {
                        at.backend().embedding({ids,
                                                {type, kVocabulary, width, table.bytes->data()},
                                                hasNorm ? norm : NormParameters(),
                                                at(stream)});
                    });
                }
            }
        });
}

} // namespace engine::selftest
