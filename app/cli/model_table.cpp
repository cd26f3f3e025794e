#include "app/cli/model_table.h"

#include "app/library/library_folder.h"

#include <QStringList>

#include <algorithm>
#include <cstdio>
#include <string>

namespace app {

namespace {

using engine::Json;

const char* nameOf(MemoryFit fit) {
    switch (fit) {
    case MemoryFit::Fits: return "fits";
    case MemoryFit::Tight: return "tight";
    case MemoryFit::TooLarge: return "too large";
    case MemoryFit::Unknown: break;
    }
    return "unknown";
}

Json jsonOf(const RemoteModel& model, const QString& library, const MachineFacts& machine) {
    const ModelEstimate estimate = estimateOf(model, machine);
    const auto stored = storedModel(library, model.file.name);
    const bool isHere = stored && stored->state == DownloadState::Complete;
    Json languages = Json::array();
    for (const QString& language : model.languages)
        languages.push_back(language.toStdString());
    return {{"name", model.file.name.toStdString()},
            {"architecture", model.architecture.toStdString()},
            {"bytes", numberOrNull(double(model.file.bytes))},
            {"memory_bytes", numberOrNull(double(estimate.memoryBytes))},
            {"memory", nameOf(estimate.fit)},
            {"bytes_per_token", numberOrNull(estimate.bytesPerToken)},
            {"tokens_per_second", numberOrNull(estimate.tokensPerSecond)},
            {"languages", std::move(languages)},
            {"good_for", model.goodFor.toStdString()},
            {"sha256", model.file.sha256.toStdString()},
            {"address", model.file.address.toString().toStdString()},
            {"here", isHere   ? "whole"
                     : stored ? "unfinished"
                              : "no"},
            {"bytes_here", stored ? stored->have : 0},
            {"path", isHere ? Json(stored->path.toStdString()) : Json(nullptr)}};
}

std::string size(const Json& bytes) {
    if (bytes.is_null())
        return "?";
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f GB", bytes.get<double>() / 1e9);
    return text;
}

} // namespace

Json numberOrNull(double value) { return value > 0 ? Json(value) : Json(nullptr); }

Json modelsJson(const Catalogue& catalogue, const QString& library, const MachineFacts& machine) {
    Json models = Json::array();
    for (const RemoteModel& model : catalogue.models)
        models.push_back(jsonOf(model, library, machine));
    for (const DownloadStatus& stored : storedModels(library))
        if (!findModel(catalogue, stored.name)) {
            RemoteModel model;
            const auto record = readRecord(folderOfModel(library, stored.name));
            model.file = record ? record->modelFile() : RemoteFile{stored.name, {}, -1, {}};
            models.push_back(jsonOf(model, library, machine));
        }
    return models;
}

void printModels(const Json& models) {
    std::size_t width = 4;
    for (const Json& model : models)
        width = std::max(width, model["name"].get<std::string>().size());
    const int column = static_cast<int>(width);
    std::printf("%-*s  %8s  %8s  %-9s  %8s  here\n", column, "name", "size", "memory", "", "tokens/s");
    for (const Json& model : models) {
        char rate[32] = "?";
        if (!model["tokens_per_second"].is_null())
            std::snprintf(rate, sizeof(rate), "%.1f", model["tokens_per_second"].get<double>());
        std::printf("%-*s  %8s  %8s  %-9s  %8s  %s\n", column, model["name"].get<std::string>().c_str(),
                    size(model["bytes"]).c_str(), size(model["memory_bytes"]).c_str(),
                    model["memory"].get<std::string>().c_str(), rate,
                    model["here"].get<std::string>().c_str());
    }
}

} // namespace app
