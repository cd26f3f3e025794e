// stored_matrix.h: random matrices as files have them, of any type that models are kept in, and what they
// stand for.
// Threads: pure functions.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/data_type.h"
#include "engine/core/random.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace engine::selftest {

struct StoredMatrix {
    DataType type = DataType::Float32;
    int rows = 0, columns = 0;
    std::shared_ptr<AlignedBuffer<std::byte>> bytes;
    std::vector<float> values; // [rows, columns]
    std::vector<float>
        sizes; // of the terms that each value is the sum of: |value|, or |scale code| + |minimum|
};

// Of about unit size. Float32, Float16, BFloat16, Q8_0, Q4_0, Q4_1, Q5_0 or Q5_1; columns are whole blocks.
[[nodiscard]] StoredMatrix randomMatrix(DataType type, int rows, int columns, Random& random);

} // namespace engine::selftest
