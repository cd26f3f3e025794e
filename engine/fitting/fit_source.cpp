#include "engine/fitting/fit_source.h"

#include "engine/model/model_tokenizer.h"
#include "engine/training/parameters/shape_of_model.h"

#include <algorithm>
#include <cmath>

namespace engine {

namespace {

// Of as many parameters, to the nearest rank.
void putAdaptersInPlaceOfGate(TrainingShape& shape) {
    const auto parameters =
        static_cast<double>(ParameterLayout(shape, TrainedPart::Enhancement).parameterCount());
    const double perRank = 2.0 * shape.model.width * shape.model.layers;
    shape.adapterRank = std::max(1, static_cast<int>(std::lround(parameters / perRank)));
    shape.model.enhancement = {};
}

} // namespace

Expected<FitSource> readFitSource(const FitSettings& settings, std::span<const std::string> texts) {
    FitSource source;
    if (settings.gate.variant == EnhancementConfig::Variant::None)
        return failure(ErrorCode::InvalidArgument,
                       "the kind of gate to fit is none; choose one, or leave it out");
    const std::filesystem::path& path = settings.model.base;
    auto base = Checkpoint::open(path);
    if (!base)
        return failure(base.error());
    source.base = std::make_shared<const Checkpoint>(std::move(*base));
    const auto config = ModelConfig::detect(*source.base);
    if (!config)
        return failure(config.error());
    if (config->enhancement.variant != EnhancementConfig::Variant::None)
        return failure(ErrorCode::GateMismatch, path.string() + " has a gate of its own (" +
                                                    describe(config->enhancement) +
                                                    "); a gate is fitted on a base without one");
    if (config->sparse.blocks > 0)
        return failure(ErrorCode::UnsupportedArchitecture,
                       path.string() + " is an RWKV-X model; gates can be fitted on RWKV-6 and RWKV-7 only");
    const auto tokenizer = loadTokenizerOf(settings.model, source.base->vocabulary(), config->vocabulary);
    if (!tokenizer)
        return failure(tokenizer.error());
    auto text = splitForFitting(texts, **tokenizer);
    if (!text)
        return failure(text.error());
    source.text = std::move(*text);
    auto shape = trainingShapeOf(*source.base, *config);
    if (!shape)
        return failure(shape.error());
    source.shape = std::move(*shape);
    source.shape.model.enhancement = settings.gate;
    chooseEnhancementSizes(source.shape.model.enhancement, config->width);
    if (settings.fitsAdapters)
        putAdaptersInPlaceOfGate(source.shape);
    auto fingerprint = source.base->fingerprint();
    if (!fingerprint)
        return failure(fingerprint.error());
    source.fingerprint = std::move(*fingerprint);
    return source;
}

} // namespace engine
