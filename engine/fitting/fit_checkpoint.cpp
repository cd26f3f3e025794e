#include "engine/fitting/fit_checkpoint.h"

#include "engine/formats/checkpoint.h"
#include "engine/formats/safetensors/safetensors_writer.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace engine {

namespace {

using Json = nlohmann::json;

constexpr const char* kMetadataKey = "inkgate.fit_checkpoint";
constexpr int kFormat = 1; // fixed number: changes when the layout of these files does

// Every array of a fit under its name in the file.
template <class Visit> void forEachArray(FitPoint& point, AdamW& optimiser, Visit&& visit) {
    visit("parameters", point.parameters.span().first(point.best.size()));
    visit("best", point.best.span());
    visit("moments.first", optimiser.firstMoments());
    visit("moments.second", optimiser.secondMoments());
    for (std::size_t s = 0; s < point.states.size(); ++s)
        visit("state." + std::to_string(s), point.states[s].values.span());
}

Expected<Json> readMetadata(const Checkpoint& file) {
    const auto it = file.metadata().find(kMetadataKey);
    Json json = it == file.metadata().end() ? Json() : Json::parse(it->second, nullptr, false);
    if (!json.is_object() || json.value("format", Json()) != kFormat)
        return failure(ErrorCode::FileDamaged, file.path().string() + ": not the checkpoint of a fit");
    return json;
}

} // namespace

Expected<void> saveFit(const std::filesystem::path& path, FitPoint& point, AdamW& optimiser) {
    SafetensorsWriter writer;
    forEachArray(point, optimiser, [&](const std::string& name, std::span<float> values) {
        writer.add(name, DataType::Float32, {static_cast<std::int64_t>(values.size())},
                   std::as_bytes(values));
    });
    Json positions = Json::array();
    for (const auto& state : point.states)
        positions.push_back(state.position);
    const Json json = {{"format", kFormat},
                       {"identity", point.identity},
                       {"step", point.step},
                       {"optimiser_steps", optimiser.steps()},
                       {"loss_before", point.lossBefore},
                       {"best_loss", point.bestLoss},
                       {"best_step", point.bestStep},
                       {"evaluated_step", point.evaluatedStep},
                       {"evaluations_since_best", point.evaluationsSinceBest},
                       {"positions", positions}};
    writer.setMetadata(kMetadataKey, json.dump());
    return writer.write(path);
}

Expected<void> loadFit(const std::filesystem::path& path, FitPoint& point, AdamW& optimiser) {
    const auto file = Checkpoint::open(path);
    if (!file)
        return failure(file.error());
    const auto json = readMetadata(*file);
    if (!json)
        return failure(json.error());
    try { // nlohmann reports a value of the wrong kind by throwing
        if (json->at("identity").get<std::string>() != point.identity)
            return failure(ErrorCode::InvalidArgument,
                           path.string() +
                               ": this fit was begun with another text, base, gate or setting; give "
                               "the same again, or begin anew without --resume");
        point.step = json->at("step");
        point.lossBefore = json->at("loss_before");
        point.bestLoss = json->at("best_loss");
        point.bestStep = json->at("best_step");
        point.evaluatedStep = json->at("evaluated_step");
        point.evaluationsSinceBest = json->at("evaluations_since_best");
        optimiser.setSteps(json->at("optimiser_steps"));
        for (std::size_t s = 0; s < point.states.size(); ++s)
            point.states[s].position = json->at("positions").at(s);
    } catch (const Json::exception&) {
        return failure(ErrorCode::FileDamaged, path.string() + ": the record of the fit in it is incomplete");
    }
    Expected<void> result;
    forEachArray(point, optimiser, [&](const std::string& name, std::span<float> values) {
        if (!result)
            return;
        const std::int64_t shape[] = {static_cast<std::int64_t>(values.size())};
        const auto found = file->readFloat32(name, shape);
        if (!found)
            result = failure(found.error());
        else
            std::ranges::copy(found->span(), values.begin());
    });
    return result;
}

} // namespace engine
