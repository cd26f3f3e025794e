#include "engine/selftest/selftest.h"

#include "engine/backend/cpu_backend.h"
#include "engine/selftest/cases/model_cases.h"
#include "engine/selftest/cases/operation_cases.h"

#include <algorithm>
#include <array>
#include <new>

namespace engine {

namespace {

struct OperationCases {
    std::string_view name;
    void (*run)(selftest::OperationTest& test);
};

constexpr std::array kOperations{
    OperationCases{"embedding", selftest::embeddingCases},
    OperationCases{"layerNorm", selftest::layerNormCases},
    OperationCases{"linear", selftest::linearCases},
    OperationCases{"lowRank", selftest::lowRankCases},
#define INKGATE_CASES(name, Operation) OperationCases{#name, selftest::name##Cases},
    INKGATE_SEQUENCE_OPERATIONS(INKGATE_CASES)
#undef INKGATE_CASES
        OperationCases{"tokenDraw", selftest::tokenDrawCases},
};
struct ModelCases {
    std::string_view name;
    void (*run)(const OpenDevice& open, selftest::Results& results);
};

constexpr std::array kModels{
    ModelCases{"model", selftest::modelCases},
    ModelCases{"dividedModel", selftest::dividedModelCases},
    ModelCases{"greedyText", selftest::greedyTextCases},
};

constexpr auto kNames = [] {
    std::array<std::string_view, kOperations.size() + kModels.size()> names{};
    const auto end = std::ranges::transform(kOperations, names.begin(), &OperationCases::name).out;
    std::ranges::transform(kModels, end, &ModelCases::name);
    return names;
}();

Expected<std::unique_ptr<Backend>> openProcessor() {
    return std::make_unique<CpuBackend>(std::make_shared<ThreadPool>(1));
}

} // namespace

std::span<const std::string_view> selftestOperations() { return kNames; }

Expected<SelftestCounts> runSelftest(const OpenDevice& open, const SelftestOptions& options,
                                     const ReportResult& report) try {
    const OpenDevice reference = options.reference ? options.reference : openProcessor;
    selftest::Results results(options, report);
    const auto isWanted = [&](std::string_view name) {
        return !results.ending() && (!options.wanted || options.wanted(name));
    };
    for (const OperationCases& operation : kOperations) {
        if (!isWanted(operation.name))
            continue;
        selftest::OperationTest test(operation.name, open, reference, results);
        operation.run(test);
    }
    for (const ModelCases& models : kModels)
        if (isWanted(models.name))
            models.run(open, results);
    if (results.ending())
        return failure(*results.ending());
    return results.counts();
} catch (const BackendFailure& refused) {
    return failure(refused.error());
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory for the selftest");
}

} // namespace engine
