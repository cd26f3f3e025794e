// packed_product_x86.h: packed_product.h for x86 processors with AVX2, and for those with AVX512-VNNI, which
// multiply and add 64 bytes in one instruction. By intrinsics: Highway 1.0 offers VNNI from Ice Lake on only
// (Cascade Lake has it as well), and no products of unsigned with signed bytes.
#pragma once

#include "engine/operations/products/quantised/packed_product.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace engine {

// A run of 32 inputs of a matrix column-major, of which some are used.
struct RunProduct {
    const PackedRun& run;
    const std::byte* packed;                // the run
    std::span<const std::uint8_t> used;     // in [0, 32), one at least
    const std::byte* nextRun;               // the run that comes next, to be fetched meanwhile:
    std::span<const std::byte* const> next; // its scales and the weights of its used inputs
};

namespace avx2 {

[[nodiscard]] bool isSupported();

// 16 rows of weights, the tiles at `group`, times `tokens` rows of x (1 or 2); y holds 16 sums per token.
void productGroup(const PackedLayout& layout, const std::byte* group, const PackedInputs& x, int tokens,
                  float* y);

// sums[outputs] += the run's weights times x. What is not used has a code of zero in `x`. `totals` [outputs]
// is working memory.
void addRun(const RunProduct& op, const PackedInput& x, std::int32_t* totals, float* sums);

} // namespace avx2

namespace vnni {

// The same, of 1, 2 or 4 tokens; needs no working memory.
[[nodiscard]] bool isSupported();
void productGroup(const PackedLayout& layout, const std::byte* group, const PackedInputs& x, int tokens,
                  float* y);
void addRun(const RunProduct& op, const PackedInput& x, float* sums);

} // namespace vnni

} // namespace engine
