// matrix_work.h: how much of a model is matrix products, for the share of the matrix rate that prefill
// reaches.
#pragma once

#include "engine/model/weights.h"

#include <cstdint>

namespace engine {

// Matrix elements that each token of a prefill is multiplied with: all layers' linear and low-rank matrices,
// without embedding (a look-up) and head (computed for the last token only). Two operations each.
[[nodiscard]] std::int64_t prefillMatrixElements(const ModelWeights& weights);

} // namespace engine
