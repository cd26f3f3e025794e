// training_texts.h: the texts that a run learns from and is validated on, as tokens.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/training/token_dataset.h"
#include "engine/training/training_settings.h"

#include <optional>

namespace engine {

struct TrainingTexts {
    TokenDataset learned;
    std::optional<TokenDataset> validation;
};

// Their tokens are kept beside the output, for the next time. Errors: those of TokenDataset::open().
[[nodiscard]] Expected<TrainingTexts> readTrainingTexts(const TrainingSettings& settings,
                                                        const Tokenizer& tokenizer, ThreadPool& pool);

} // namespace engine
