// packed_product_vnni.h: packed_product.h for processors with AVX512-VNNI, which multiply and add 64 bytes in one
// instruction. Highway 1.0 offers it from Ice Lake on only; Cascade Lake has it as well.
#pragma once

#include "engine/kernels/packed_product.h"

#include <cstddef>

namespace engine::vnni {

[[nodiscard]] bool isSupported();

// 16 rows of weights, the tiles at `group`, times `tokens` rows of x (1, 2 or 4); y holds 16 sums per token.
void productGroup(const PackedLayout& layout, const std::byte* group, const PackedInputs& x, int tokens,
                  float* y);

} // namespace engine::vnni
