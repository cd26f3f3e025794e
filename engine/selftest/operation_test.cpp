#include "engine/selftest/operation_test.h"

#include <algorithm>

namespace engine::selftest {

namespace {

// The same inputs whatever other operations are wanted.
std::uint64_t seedFor(std::string_view operation, std::uint64_t seed) {
    std::uint64_t hash = 0xCBF29CE484222325u ^ seed; // FNV-1a
    for (const char c : operation)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return hash;
}

std::unique_ptr<Backend> opened(const OpenDevice& open) {
    auto backend = open();
    if (!backend)
        throw BackendFailure(backend.error());
    return std::move(*backend);
}

} // namespace

OperationTest::OperationTest(std::string_view operation, const OpenDevice& tested,
                             const OpenDevice& reference, Results& results)
    : m_operation(operation)
    , m_results(results)
    , m_random(seedFor(operation, results.options().seed))
    , m_tested(opened(tested))
    , m_reference(opened(reference)) {}

std::vector<float> OperationTest::values(std::size_t count, Normal normal) {
    std::vector<float> values(count);
    std::ranges::generate(
        values, [&] { return static_cast<float>(normal.mean + normal.deviation * m_random.normal()); });
    return values;
}

const float* OperationTest::weights(std::size_t count, Normal normal) {
    auto buffer = std::make_shared<AlignedBuffer<float>>(count);
    std::ranges::copy(values(count, normal), buffer->data());
    const float* const weights = buffer->data();
    keep(std::move(buffer));
    return weights;
}

Matrix OperationTest::matrix(DataType type, int rows, int columns, Normal normal) {
    auto made = LinearWeights::fromFloat32(
        values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), normal), rows, columns,
        type);
    if (!made)
        throw BackendFailure(made.error());
    auto weights = std::make_shared<LinearWeights>(std::move(*made));
    keep(weights);
    return weights->matrix();
}

NormParameters OperationTest::norm(std::size_t width, float epsilon) {
    const float* const weight = weights(width, {1, 0.3});
    return {weight, weights(width), epsilon};
}

} // namespace engine::selftest
