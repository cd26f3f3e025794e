#include "engine/training/run/training_point.h"

#include "engine/formats/checkpoint.h"
#include "engine/training/parameters/start_values.h"
#include "engine/training/settings_json.h"
#include "engine/training/training_file.h"

#include <filesystem>

namespace engine {

namespace {

bool isNoMatrixOfMuon(const Parameter& parameter) { return !Muon::takes(parameter); }

} // namespace

TrainingPoint::TrainingPoint(const ParameterLayout& layout, const TrainingSettings& settings,
                             std::vector<TrainingState<float>> freshStates)
    : parameters(layout.size())
    , optimiser(layout, settings.optimiser, settings.muon.isUsed ? isNoMatrixOfMuon : nullptr)
    , states(std::move(freshStates)) {
    if (settings.muon.isUsed)
        muon.emplace(layout);
    if (settings.averageLast > 0)
        average.emplace(layout.size());
    setStartValues(layout, settings.seed, parameters.span());
}

Expected<std::string> TrainingPoint::begin(const ParameterLayout& layout, const TrainingSettings& settings,
                                           bool resume) {
    const auto checkpoint = checkpointPath(settings.output);
    if (resume && std::filesystem::exists(checkpoint)) {
        auto progress =
            loadTraining(checkpoint, parameters.span(), optimiser, states, average ? &*average : nullptr);
        if (!progress)
            return failure(progress.error());
        step = progress->step;
        history = TrainingHistory(progress->history);
        weights = progress->weights;
        return "resumed at step " + std::to_string(step);
    }
    if (!settings.init.empty())
        return beginFromModel(layout, settings);
    return std::string();
}

Expected<std::string> TrainingPoint::beginFromModel(const ParameterLayout& layout,
                                                    const TrainingSettings& settings) {
    auto model = Checkpoint::open(settings.init);
    if (!model)
        return failure(model.error());
    startGatesWithoutEffect(layout, parameters.span()); // those that the model has are read over it
    if (auto loaded = loadModelParameters(*model, layout, parameters.span()); !loaded)
        return failure(loaded.error());
    if (settings.sparseStart == SparseStart::Copied)
        copyIntoSparseBlocks(layout, *model, parameters.span());
    if (settings.firstStep == 0)
        return std::string();
    auto record = modelTrainingRecord(*model);
    if (!record)
        return failure(record.error());
    step = settings.firstStep;
    history = TrainingHistory(record->history);
    return "going on from step " + std::to_string(step);
}

Expected<void> TrainingPoint::save(const ParameterLayout& layout, const TrainingSettings& settings) {
    const TrainingProgress progress{step, toJson(settings), history.toJson(), weights};
    if (auto saved = saveTraining(checkpointPath(settings.output), progress, parameters.span(), optimiser,
                                  states, average ? &*average : nullptr);
        !saved)
        return saved;
    const bool isMeanKept = average && weights && weights->isMeanBetter();
    return saveModel(settings.output, layout, isMeanKept ? average->mean() : parameters.span(), progress);
}

} // namespace engine
