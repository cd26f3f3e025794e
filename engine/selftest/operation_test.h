// operation_test.h: where the cases of one operation run: a backend of the device and one that it is held
// against, and the weights that both are given, which stay as they are until both are gone.
// Threads: one.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/random.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/rows/layer_norm.h"
#include "engine/selftest/results.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace engine::selftest {

// Normally distributed values.
struct Normal {
    double mean = 0;
    double deviation = 1;
};

class OperationTest {
public:
    // Throws BackendFailure if either cannot be opened.
    OperationTest(std::string_view operation, const OpenDevice& tested, const OpenDevice& reference,
                  Results& results);

    void group(const std::string& shape, const std::function<void(Group&)>& cases) {
        m_results.group(m_operation, shape, cases);
    }

    [[nodiscard]] Backend& tested() { return *m_tested; }
    [[nodiscard]] Backend& reference() { return *m_reference; }
    [[nodiscard]] Random& random() { return m_random; }
    [[nodiscard]] bool isQuick() const { return m_results.options().isQuick; }

    [[nodiscard]] std::vector<float> values(std::size_t count, Normal normal = {});
    // In memory of the host that is no other's as long as this test.
    [[nodiscard]] const float* weights(std::size_t count, Normal normal = {});
    // The same [rows, columns] as `type`, Float32, Float16 or BFloat16.
    [[nodiscard]] Matrix matrix(DataType type, int rows, int columns, Normal normal);
    [[nodiscard]] NormParameters norm(std::size_t width, float epsilon = 1e-5f);
    void keep(std::shared_ptr<const void> memory) { m_kept.push_back(std::move(memory)); }

private:
    std::string m_operation;
    Results& m_results;
    Random m_random;
    std::vector<std::shared_ptr<const void>> m_kept;
    std::unique_ptr<Backend> m_tested, m_reference; // gone before the weights
};

} // namespace engine::selftest
