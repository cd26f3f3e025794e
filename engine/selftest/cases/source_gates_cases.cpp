// A gate for every source.
#include "engine/selftest/cases/operation_case.h"
#include "engine/selftest/cases/operation_cases.h"

#include <algorithm>
#include <array>

namespace engine::selftest {

namespace {

// Sigmoid within 2^-22 of 1, up to 32 products to a sum in float32, and layer norm (row_cases.cpp).
constexpr double kBound = 5e-6;

constexpr std::array kTokens{1, 2, 7, 33};

using Kind = RowSource::Kind;
using Sources = std::vector<RowSource>;

struct SourceKind {
    std::string name;
    Sources sources;
    int earlierRows = 1;
    int means = 0;
    bool hasEmbeddings = false;
};

std::vector<SourceKind> sourceKinds() {
    Sources most;
    for (std::uint8_t k = 1; k <= kMostSources; ++k)
        most.push_back({Kind::Earlier, k});
    return {{.name = "taps", .sources = {{Kind::Earlier, 1}, {Kind::Earlier, 2}}, .earlierRows = 2},
            {.name = "means", .sources = {{Kind::Mean, 1}, {Kind::Mean, 0}}, .means = 2},
            {.name = "embeddings",
             .sources = {{Kind::PreviousEmbedding}, {Kind::Embedding}},
             .hasEmbeddings = true},
            {.name = "all, in no order",
             .sources = {{Kind::Embedding},
                         {Kind::Earlier, 4},
                         {Kind::Mean, 2},
                         {Kind::Earlier, 1},
                         {Kind::PreviousEmbedding},
                         {Kind::Mean, 0}},
             .earlierRows = 4,
             .means = 3,
             .hasEmbeddings = true},
            {.name = "as many as there may be", .sources = most, .earlierRows = kMostSources}};
}

void compareSources(OperationTest& test, Group& group, int width, const SourceKind& kind, bool hasNorm,
                    Batch batch, bool isEnabled) {
    const bool isMixed = batch.size() > 1;
    for (std::size_t s = 0; s < batch.size(); ++s)
        batch[s].usesEnhancement = isMixed ? s % 3 != 1 : isEnabled;
    OperationCase one(test, group,
                      "width " + std::to_string(width) + ", " + describe(batch) +
                          (isEnabled ? "" : ", not enabled"));
    const auto w = static_cast<std::size_t>(width);
    const std::size_t count = static_cast<std::size_t>(tokensOf(batch)) * w, sources = kind.sources.size();
    const auto means = static_cast<std::size_t>(kind.means);
    one.setBatch(batch, static_cast<std::size_t>(kind.earlierRows) * w);
    const Tensor stream = one.input("stream", count);
    const Tensor meanRows = means > 0 ? one.input("means", means * count) : Tensor{};
    const Tensor embeddings =
        kind.hasEmbeddings ? one.input("embeddings", count + batch.size() * w) : Tensor{};
    const Tensor gates = one.updated("gates", sources * count / kGateGroup, {-1, 2});
    const Tensor output = one.output("output", count);
    const float* const weight = test.weights(sources * w, {0.2, 0.4});
    const NormParameters norm = test.norm(w);
    one.compare(kBound, [&](const Placed& at) {
        std::vector<SourceGates> ops;
        std::size_t first = 0;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            SourceGates& op = ops.emplace_back();
            op.tokens = batch[s].tokens;
            op.width = width;
            op.count = static_cast<int>(sources);
            std::ranges::copy(kind.sources, op.sources.begin());
            op.stream = at(stream, first);
            op.earlier = {kind.earlierRows, at.state(s)};
            op.means = means > 0 ? at(meanRows, means * first) : nullptr;
            op.meanCount = kind.means;
            op.embeddings = kind.hasEmbeddings ? at(embeddings, first + s * w) : nullptr;
            op.weight = weight;
            op.gates = at(gates, sources * first / kGateGroup);
            if (hasNorm)
                op.norm = norm;
            op.output = at(output, first);
            op.isEnabled = batch[s].usesEnhancement;
            first += static_cast<std::size_t>(batch[s].tokens) * w;
        }
        at.backend().sourceGates(ops);
    });
}

} // namespace

void sourceGatesCases(OperationTest& test) {
    const std::vector<int> widths =
        test.isQuick() ? std::vector{8, 200} : std::vector{8, 64, 200, 1032, 2048};
    for (const SourceKind& kind : sourceKinds())
        for (const bool hasNorm : {true, false})
            test.group(kind.name + (hasNorm ? "" : ", no layer norm"), [&](Group& group) {
                for (const int width : widths)
                    for (const Batch& batch : batches(kTokens))
                        for (const bool isEnabled : {true, false})
                            if (isEnabled || batch.size() == 1)
                                compareSources(test, group, width, kind, hasNorm, batch, isEnabled);
            });
}

} // namespace engine::selftest
