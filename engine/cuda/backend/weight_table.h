// weight_table.h: copies of a model's weights in the device's memory, found by where the host has them. A
// weight is copied when an operation first names it, so a step must have run once before it can be recorded.
// Errors:  BackendFailure; OutOfMemory says how much is there.
// Threads: one at a time.
#pragma once

#include "engine/cuda/device/device_memory.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/rows/layer_norm.h"

#include <cstddef>
#include <unordered_map>

namespace engine::cuda {

class WeightTable {
public:
    // The device's copy of `count` values; null stays null.
    [[nodiscard]] const float* values(const float* host, std::size_t count);
    [[nodiscard]] NormParameters norm(const NormParameters& host, int width);
    [[nodiscard]] Matrix matrix(const Matrix& host);
    // An embedding table; of a type that our kernel does not read, it becomes float16.
    [[nodiscard]] Matrix table(const Matrix& host);

private:
    [[nodiscard]] const std::byte* copyOf(const void* host, std::size_t bytes);

    std::unordered_map<const void*, DeviceArray<std::byte>> m_copies;
    std::size_t m_bytes = 0;
};

} // namespace engine::cuda
