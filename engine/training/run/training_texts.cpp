#include "engine/training/run/training_texts.h"

#include <string>

namespace engine {

Expected<TrainingTexts> readTrainingTexts(const TrainingSettings& settings, const Tokenizer& tokenizer,
                                          ThreadPool& pool) {
    const auto tokenFile = [&](const char* suffix) {
        auto path = settings.output;
        path += suffix;
        return path;
    };
    const auto marks =
        settings.unmarkedWeight < 1 ? TokenDataset::Marks::AreRead : TokenDataset::Marks::AreText;
    auto learned = TokenDataset::open(settings.text, tokenizer, tokenFile(".tokens"), pool, {}, marks);
    if (!learned)
        return failure(learned.error());
    TrainingTexts texts{std::move(*learned), {}};
    if (!settings.validation.empty()) {
        auto validation =
            TokenDataset::open(settings.validation, tokenizer, tokenFile(".valid-tokens"), pool, {}, marks);
        if (!validation)
            return failure(validation.error());
        texts.validation = std::move(*validation);
    }
    return texts;
}

} // namespace engine
