// validation.h: how well a model predicts a text it does not learn from.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/training/run/batch_gradient.h"
#include "engine/training/token_dataset.h"
#include "engine/training/training_settings.h"

namespace engine {

// Bits per byte on stretches of `dataset`, of its marked text if it has marks, by the parameters that
// `gradient` has; NaN if it is too short.
template <class Operand>
[[nodiscard]] double validationBitsPerByte(BatchGradient<Operand>& gradient, const TokenDataset& dataset,
                                           const Tokenizer& tokenizer, const TrainingSettings& settings,
                                           ThreadPool& pool);

extern template double validationBitsPerByte(BatchGradient<float>&, const TokenDataset&, const Tokenizer&,
                                             const TrainingSettings&, ThreadPool&);
extern template double validationBitsPerByte(BatchGradient<BFloat16>&, const TokenDataset&, const Tokenizer&,
                                             const TrainingSettings&, ThreadPool&);

} // namespace engine
