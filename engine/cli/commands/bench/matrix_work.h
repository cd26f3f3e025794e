// matrix_work.h: how much of a model is matrix products, to tell prefill's share of the matrix rate.
// Threads: pure function.
#pragma once

#include "engine/model/model.h"

#include <cstdint>

namespace engine {

// Matrix elements that each token of a prefill is multiplied with: all layers' linear and low-rank matrices,
// without embedding (a look-up) and head (computed for the last token only). Two operations each.
[[nodiscard]] std::int64_t prefillMatrixElements(const Model& model);

} // namespace engine
