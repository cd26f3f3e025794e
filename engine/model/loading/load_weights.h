// load_weights.h: all tensors of a model, fetched by official name and checked against the sizes in its
// configuration.
// Source:  docs/spec/rwkv-models.md section 7, docs/spec/enhanced-rwkv.md section 5, docs/spec/rwkv-x.md
//          section 1.
// Threads: one at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/model/config.h"
#include "engine/model/loading/tensor_source.h"
#include "engine/model/weights.h"

#include <cstdint>
#include <vector>

namespace engine {

// What loaded tensors amount to.
struct WeightTotals {
    std::int64_t parameters = 0;    // values in all tensors used
    std::int64_t bytesPerToken = 0; // as they are kept, one row of the embedding

    WeightTotals& operator+=(const WeightTotals& other) {
        parameters += other.parameters;
        bytesPerToken += other.bytesPerToken;
        return *this;
    }
};

struct LoadedWeights {
    ModelWeights weights;
    WeightTotals totals;
};

// All tensors but those named enhance.*. `skipsZeros` as in Model::Options. Errors: the first of the
// source's; ShapeMismatch for sizes that contradict each other.
[[nodiscard]] Expected<LoadedWeights> loadWeights(const ModelConfig& config, TensorSource& source,
                                                  bool skipsZeros = true);

struct LoadedEnhancements {
    std::vector<EnhancementWeights> layers; // none without an enhancement
    WeightTotals totals;
};

// Those named enhance.*. Errors as above; ShapeMismatch also for a width that gates do not divide.
[[nodiscard]] Expected<LoadedEnhancements> loadEnhancements(const ModelConfig& config, TensorSource& source);

} // namespace engine
