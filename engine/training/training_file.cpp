#include "engine/training/training_file.h"

#include "engine/formats/safetensors/safetensors_writer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace engine {

namespace {

constexpr const char* kMetadataKey = "inkgate.training";
constexpr const char* kModelSteps = "inkgate.training_steps";
constexpr const char* kModelSettings = "inkgate.training_settings";
constexpr const char* kModelHistory = "inkgate.training_history";
constexpr const char* kModelWeights = "inkgate.training_weights";
constexpr int kFormat = 1; // fixed number: changes when the layout of checkpoints does

using Json = nlohmann::json;

// RWKV-X files have its RWKV part behind a prefix (docs/spec/rwkv-x.md section 1).
std::string nameInFile(const ModelConfig& model, const std::string& tensor) {
    const bool isOfRwkv = !tensor.starts_with("moba.") && !tensor.starts_with("enhance.");
    return model.sparse.blocks > 0 && isOfRwkv ? "rwkv." + tensor : tensor;
}

std::string stateName(std::size_t slot) { return "state." + std::to_string(slot); }

Expected<Json> readMetadata(const Checkpoint& file) {
    const auto it = file.metadata().find(kMetadataKey);
    const Json json = it == file.metadata().end() ? Json() : Json::parse(it->second, nullptr, false);
    if (!json.is_object() || json.value("format", 0) != kFormat)
        return failure(ErrorCode::UnsupportedFormat,
                       file.path().string() + ": not a training checkpoint of this version");
    if (!json.contains("step") || !json["step"].is_number_integer() || !json.contains("positions") ||
        !json["positions"].is_array() || !json.value("settings", Json()).is_string() ||
        !json.value("history", Json()).is_string())
        return failure(ErrorCode::FileDamaged,
                       file.path().string() + ": the training record in it is incomplete");
    return json;
}

Expected<void> readInto(const Checkpoint& file, const std::string& name, std::span<float> out) {
    const std::int64_t shape[] = {static_cast<std::int64_t>(out.size())};
    auto values = file.readFloat32(name, shape);
    if (!values)
        return failure(ErrorCode::ShapeMismatch, values.error().message);
    std::copy(values->data(), values->data() + values->size(), out.begin());
    return {};
}

Expected<TrainingProgress> progressOf(const Json& json) {
    TrainingProgress progress{json["step"].get<std::int64_t>(),
                              json["settings"].get<std::string>(),
                              json["history"].get<std::string>(),
                              {}};
    if (const auto found = json.find("weights"); found != json.end()) {
        auto weights = weightChoiceFromJson(found->is_string() ? found->get<std::string>() : std::string());
        if (!weights)
            return failure(weights.error());
        progress.weights = *weights;
    }
    return progress;
}

// Checkpoints of a time before its first weights have none.
Expected<void> readAverage(const Checkpoint& file, const Json& json, WeightAverage& average) {
    if (file.find("average") == nullptr)
        return {};
    if (auto read = readInto(file, "average", average.values()); !read)
        return read;
    const auto count = json.find("averaged_steps");
    if (count == json.end() || !count->is_number_unsigned())
        return failure(ErrorCode::FileDamaged,
                       file.path().string() + ": the number of averaged steps is missing");
    average.setCount(count->get<std::int64_t>());
    return {};
}

} // namespace

std::filesystem::path checkpointPath(const std::filesystem::path& output) {
    auto path = output;
    path += ".checkpoint";
    return path;
}

Expected<void> saveTraining(const std::filesystem::path& path, const TrainingProgress& progress,
                            std::span<const float> parameters, AdamW& optimiser,
                            std::span<const TrainingState<float>> states, WeightAverage* average) {
    SafetensorsWriter writer;
    const auto add = [&](const std::string& name, std::span<const float> values) {
        writer.add(name, DataType::Float32, {static_cast<std::int64_t>(values.size())},
                   std::as_bytes(values));
    };
    add("parameters", parameters);
    add("moments.first", optimiser.firstMoments());
    add("moments.second", optimiser.secondMoments());
    Json positions = Json::array();
    for (std::size_t slot = 0; slot < states.size(); ++slot) {
        add(stateName(slot), states[slot].values.span());
        positions.push_back(states[slot].position);
    }
    Json json = {
        {"format", kFormat},      {"step", progress.step},         {"optimiser_steps", optimiser.steps()},
        {"positions", positions}, {"settings", progress.settings}, {"history", progress.history}};
    if (average != nullptr && average->count() > 0) {
        add("average", average->mean());
        json["averaged_steps"] = average->count();
    }
    if (progress.weights)
        json["weights"] = toJson(*progress.weights);
    writer.setMetadata(kMetadataKey, json.dump());
    return writer.write(path);
}

Expected<TrainingProgress> readTrainingProgress(const std::filesystem::path& path) {
    auto file = Checkpoint::open(path);
    if (!file)
        return failure(file.error());
    auto json = readMetadata(*file);
    if (!json)
        return failure(json.error());
    return progressOf(*json);
}

Expected<TrainingProgress> loadTraining(const std::filesystem::path& path, std::span<float> parameters,
                                        AdamW& optimiser, std::span<TrainingState<float>> states,
                                        WeightAverage* average) {
    auto file = Checkpoint::open(path);
    if (!file)
        return failure(file.error());
    auto json = readMetadata(*file);
    if (!json)
        return failure(json.error());
    const Json& positions = (*json)["positions"];
    if (positions.size() != states.size())
        return failure(ErrorCode::ShapeMismatch, path.string() + ": made with " +
                                                     std::to_string(positions.size()) + " sequences, not " +
                                                     std::to_string(states.size()));
    for (auto [name, values] : {std::pair<const char*, std::span<float>>{"parameters", parameters},
                                {"moments.first", optimiser.firstMoments()},
                                {"moments.second", optimiser.secondMoments()}})
        if (auto read = readInto(*file, name, values); !read)
            return failure(read.error());
    for (std::size_t slot = 0; slot < states.size(); ++slot) {
        if (auto read = readInto(*file, stateName(slot), states[slot].values.span()); !read)
            return failure(read.error());
        if (!positions[slot].is_number_integer())
            return failure(ErrorCode::FileDamaged,
                           path.string() + ": the position of a sequence is not a number");
        states[slot].position = positions[slot].get<std::int64_t>();
    }
    if (average != nullptr)
        if (auto read = readAverage(*file, *json, *average); !read)
            return failure(read.error());
    optimiser.setSteps(json->value("optimiser_steps", (*json)["step"].get<long>()));
    return progressOf(*json);
}

Expected<void> saveModel(const std::filesystem::path& path, const ParameterLayout& layout,
                         std::span<const float> parameters, const TrainingProgress& progress) {
    SafetensorsWriter writer;
    const ModelConfig& model = layout.shape().model;
    for (const Parameter& p : layout.parameters()) {
        const DataType type = p.isMatrix ? DataType::BFloat16 : DataType::Float32;
        if (auto added = writer.addFloat32(nameInFile(model, p.name), type, p.shape,
                                           parameters.subspan(p.offset, p.size));
            !added)
            return added;
    }
    writer.setMetadata("architecture", std::string(architectureName(model)));
    if (model.enhancement.variant != EnhancementConfig::Variant::None)
        writer.setMetadata("inkgate.enhancement", toJson(model.enhancement));
    if (model.sparse.blocks > 0)
        writer.setMetadata("inkgate.sparse_attention", toJson(model.sparse));
    writer.setMetadata(kModelSteps, std::to_string(progress.step));
    writer.setMetadata(kModelSettings, progress.settings);
    writer.setMetadata(kModelHistory, progress.history);
    if (progress.weights)
        writer.setMetadata(kModelWeights, toJson(*progress.weights));
    return writer.write(path);
}

Expected<TrainingProgress> modelTrainingRecord(const Checkpoint& model) {
    TrainingProgress progress;
    const auto& metadata = model.metadata();
    const auto steps = metadata.find(kModelSteps), settings = metadata.find(kModelSettings),
               history = metadata.find(kModelHistory);
    if (steps == metadata.end() || settings == metadata.end() || history == metadata.end() ||
        std::from_chars(steps->second.data(), steps->second.data() + steps->second.size(), progress.step)
                .ec != std::errc() ||
        progress.step < 0)
        return failure(ErrorCode::FileDamaged,
                       model.path().string() + ": it does not say how far it was trained; only models that "
                                               "`train` made can be gone on from");
    progress.settings = settings->second;
    progress.history = history->second;
    return progress;
}

Expected<void> loadModelParameters(const Checkpoint& model, const ParameterLayout& layout,
                                   std::span<float> parameters) {
    bool any = false;
    for (const Parameter& p : layout.parameters()) {
        if (p.use == TensorUse::Frozen || model.find(p.name) == nullptr)
            continue;
        auto values = model.readFloat32(p.name, p.shape);
        if (!values)
            return failure(ErrorCode::ShapeMismatch, values.error().message);
        std::copy(values->data(), values->data() + values->size(),
                  parameters.begin() + static_cast<std::ptrdiff_t>(p.offset));
        any = any || p.name == "emb.weight";
    }
    if (!any)
        return failure(ErrorCode::FileDamaged,
                       model.path().string() + ": no emb.weight in it; not a model to start from");
    return {};
}

} // namespace engine
