// load_weights.h: all tensors of a model, fetched by official name and checked against the sizes in its
// configuration.
// Source:  docs/spec/rwkv-models.md section 7, docs/spec/enhanced-rwkv.md section 5.
// Threads: one at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/model/config.h"
#include "engine/model/loading/tensor_source.h"
#include "engine/model/weights.h"

#include <cstdint>

namespace engine {

struct LoadedWeights {
    ModelWeights weights;
    std::int64_t parameters = 0;    // values in all tensors used
    std::int64_t bytesPerToken = 0; // as they are kept, one row of the embedding
};

// `enhancement` serves the tensors named enhance.*, `base` all others; they may be the same.
// `skipsZeros` as in Model::Options. Errors: the first of the sources'; ShapeMismatch for sizes that
// contradict each other.
[[nodiscard]] Expected<LoadedWeights> loadWeights(const ModelConfig& config, TensorSource& base,
                                                  TensorSource& enhancement, bool skipsZeros = true);

} // namespace engine
