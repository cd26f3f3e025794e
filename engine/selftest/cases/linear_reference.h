// linear_reference.h: matrix products in plain loops and double precision.
// The processor's own are no measure for a device's: with many tokens they may be rounded more than those.
// Threads: pure functions.
#pragma once

#include "engine/selftest/cases/stored_matrix.h"

#include <span>
#include <vector>

namespace engine::selftest {

// Of one matrix and one x; [tokens, rows].
struct LinearReference {
    std::vector<double> product;
    std::vector<double>
        magnitude; // sums of absolute products (StoredMatrix::sizes), by which errors are measured
    std::vector<double> largest; // the same with the largest of every 32 values of x in the place of each
};

// x [tokens, columns]
[[nodiscard]] LinearReference linearReference(const StoredMatrix& weights, std::span<const float> x,
                                              int tokens);

} // namespace engine::selftest
