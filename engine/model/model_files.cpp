#include "engine/model/model_files.h"

#include "engine/formats/checkpoint.h"
#include "engine/formats/sharded_model.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <system_error>

namespace engine {

namespace fs = std::filesystem;

namespace {

constexpr const char* kBaseFile = "base.safetensors";
constexpr const char* kExtension = ".safetensors";
constexpr const char* kIndexEnding = ".safetensors.index.json";
constexpr const char* kTorchIndexEnding = ".bin.index.json";

bool isFile(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool isFolder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

std::vector<fs::path> sortedEntries(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        entries.push_back(it->path());
    std::ranges::sort(entries);
    return entries;
}

// Keeps of each model that is in several files the first one, which stands for all (sharded_model.h).
void keepFirstParts(std::vector<fs::path>& entries) {
    const auto isSameModel = [](const fs::path& a, const fs::path& b) {
        return nameOfParts(a) == nameOfParts(b);
    };
    entries.erase(std::unique(entries.begin(), entries.end(), isSameModel), entries.end());
}

// The models in a folder, as a download makes it: the index of a model in several files, else the safetensors
// files (the same model often lies beside them in an older format), else those of other kinds that models
// come in.
std::vector<fs::path> modelsIn(const fs::path& folder) {
    if (isFile(folder / kBaseFile))
        return {folder / kBaseFile};
    constexpr std::array kOtherExtensions = {".st", ".pth", ".gguf", ".bin"};
    constexpr std::array kOfTrainers = {"training_args.bin", "optimizer.bin", "scheduler.bin"};
    std::vector<fs::path> indexes, safetensors, torchIndexes, others;
    for (const fs::path& entry : sortedEntries(folder)) {
        const std::string name = entry.filename().string();
        if (name.ends_with(kIndexEnding))
            indexes.push_back(entry);
        else if (name.ends_with(kTorchIndexEnding))
            torchIndexes.push_back(entry);
        else if (entry.extension() == kExtension)
            safetensors.push_back(entry);
        else if (std::ranges::find(kOtherExtensions, entry.extension().string()) != kOtherExtensions.end() &&
                 std::ranges::find(kOfTrainers, name) == kOfTrainers.end())
            others.push_back(entry);
    }
    for (auto* found : {&indexes, &safetensors, &torchIndexes, &others}) {
        std::erase_if(*found, [](const fs::path& path) { return !isFile(path); });
        keepFirstParts(*found);
        if (!found->empty())
            return std::move(*found);
    }
    return {};
}

fs::path onlyModelIn(const fs::path& folder) {
    const std::vector<fs::path> models = modelsIn(folder);
    return models.size() == 1 ? models.front() : fs::path();
}

// Why a folder is no model.
Failure notOneModel(const fs::path& folder) {
    const std::string where = "model \"" + folder.string() + "\": ";
    std::error_code error;
    const fs::directory_iterator entries(folder, error);
    if (error)
        return failure(ErrorCode::FileUnreadable, where + "this folder cannot be read (" + error.message() +
                                                      "); check your rights to it");
    const std::vector<fs::path> models = modelsIn(folder);
    if (models.empty())
        return failure(ErrorCode::FileNotFound,
                       where + "this folder holds no model; name a folder with a model file, "
                               "or the file");
    return failure(
        ErrorCode::FileNotFound,
        where + "this folder holds several models; name one of the files: " + models[0].filename().string() +
            ", " + models[1].filename().string() + (models.size() > 2 ? ", ..." : ""));
}

// That something stands in the way to a path, which then is neither there nor missing.
std::optional<Error> barrier(const fs::path& path) {
    std::error_code error;
    (void)fs::exists(path, error);
    if (error != std::errc::permission_denied)
        return std::nullopt;
    return Error{ErrorCode::FileUnreadable, "model \"" + path.string() + "\": " + error.message() +
                                                "; check your rights to the folders that it lies in"};
}

// The model file behind a name or path, empty if there is none.
fs::path baseFile(const std::string& model) {
    if (isFile(model))
        return model;
    if (isFolder(model))
        return onlyModelIn(model);
    // A name, not a path that leads somewhere else.
    const fs::path embedded = embeddedModelsFolder() / model / kBaseFile;
    return !model.empty() && fs::path(model).filename() == model && isFile(embedded) ? embedded : fs::path();
}

// Other models, and parts of one, lie in the same folder as gates do.
bool isEnhanced(const fs::path& path) {
    const auto checkpoint = Checkpoint::open(path);
    return checkpoint && checkpoint->metadata().contains("inkgate.enhancement");
}

std::vector<std::string> gatesBeside(const fs::path& base) {
    std::vector<std::string> gates;
    for (const fs::path& entry :
         sortedEntries(base.parent_path().empty() ? fs::path(".") : base.parent_path()))
        if (entry.extension() == kExtension && entry.filename() != kBaseFile &&
            entry.filename() != base.filename() && isFile(entry) && isEnhanced(entry))
            gates.push_back(entry.stem().string());
    return gates;
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
}

std::optional<fs::path> vocabularyBeside(const fs::path& base) {
    const fs::path folder = base.parent_path();
    const fs::path candidates[] = {folder / "tokenizer.model", fs::path(base).replace_extension(".model"),
                                   folder / "rwkv_vocab_v20230424.txt"};
    for (const fs::path& candidate : candidates)
        if (isFile(candidate))
            return candidate;
    return std::nullopt;
}

} // namespace

fs::path embeddedModelsFolder() {
    if (const char* named = std::getenv("INKGATE_MODELS"); named != nullptr && *named != '\0')
        return named;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed =
        error ? fs::path() : program.parent_path().parent_path() / "share" / "inkgate" / "models";
#ifdef INKGATE_SOURCE_MODELS
    if (!isFolder(installed))
        return INKGATE_SOURCE_MODELS;
#endif
    return installed;
}

std::vector<std::string> embeddedModels() {
    std::vector<std::string> names;
    for (const fs::path& entry : sortedEntries(embeddedModelsFolder()))
        if (isFile(entry / kBaseFile))
            names.push_back(entry.filename().string());
    return names;
}

std::vector<std::string> gatesOf(const std::string& model) {
    const fs::path base = baseFile(model);
    return base.empty() ? std::vector<std::string>{} : gatesBeside(base);
}

Expected<ModelFiles> findModelFiles(const std::string& model, const std::string& gate,
                                    const std::string& vocabulary) {
    ModelFiles files;
    files.base = baseFile(model);
    if (files.base.empty() && isFolder(model))
        return notOneModel(model);
    if (auto found = files.base.empty() ? barrier(model) : std::nullopt)
        return failure(std::move(*found));
    if (files.base.empty())
        return failure(ErrorCode::FileNotFound,
                       "model \"" + model + "\": neither a file nor an embedded model; embedded models: " +
                           listed(embeddedModels()));
    std::error_code error;
    const fs::path folder = fs::absolute(files.base, error).parent_path();
    const std::string fileName = files.base.filename().string();
    const bool isNamedByFolder = fileName == kBaseFile || fileName.ends_with(kIndexEnding) ||
                                 fileName.ends_with(kTorchIndexEnding) || nameOfParts(files.base) != fileName;
    files.name = isNamedByFolder ? folder.filename().string() : files.base.stem().string();

    if (!gate.empty() && gate != "none") {
        const fs::path beside = files.base.parent_path() / (gate + kExtension);
        if (isFile(beside))
            files.gate = beside;
        else if (isFile(gate))
            files.gate = gate;
        else
            return failure(ErrorCode::FileNotFound, "gate \"" + gate + "\": neither a file nor a gate of " +
                                                        files.name +
                                                        "; its gates: " + listed(gatesBeside(files.base)));
    }
    if (!vocabulary.empty()) {
        if (!isFile(vocabulary))
            return failure(ErrorCode::FileNotFound, "vocabulary \"" + vocabulary + "\": no such file");
        files.vocabulary = vocabulary;
        files.isVocabularyGiven = true;
    } else {
        files.vocabulary = vocabularyBeside(files.base);
    }
    return files;
}

} // namespace engine
