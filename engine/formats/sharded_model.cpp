#include "engine/formats/sharded_model.h"

#include "engine/formats/foreign_file.h"
#include "engine/formats/safetensors/safetensors_reader.h"
#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/torch/torch_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <system_error>

namespace engine {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxIndexBytes = 100u << 20;
constexpr std::size_t kHeadBytes = 4096; // by which a file of another kind is told, too
constexpr int kMaxParts = 10'000;

// "model-", 2 and 3, both with 5 digits, and ".safetensors" of "model-00002-of-00003.safetensors".
struct PartName {
    std::string stem, extension;
    std::size_t digits = 0;
    int number = 0, count = 0; // 0: another kind of name
};

PartName partName(const fs::path& path) {
    constexpr std::string_view kOf = "-of-";
    const std::string stem = path.stem().string();
    const std::size_t of = stem.rfind(kOf);
    const std::size_t dash = of == std::string::npos || of == 0 ? of : stem.rfind('-', of - 1);
    if (dash == std::string::npos || of == std::string::npos)
        return {};
    const auto number = [](std::string_view text) {
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size() ? value : 0;
    };
    const std::string_view digits = std::string_view(stem).substr(dash + 1, of - dash - 1);
    const std::string_view all = std::string_view(stem).substr(of + kOf.size());
    PartName name{stem.substr(0, dash + 1), path.extension().string(), digits.size(), number(digits),
                  number(all)};
    if (digits.size() != all.size() || name.number < 1 || name.number > name.count || name.count > kMaxParts)
        return {};
    return name;
}

std::string fileName(const PartName& name, int number) {
    const auto padded = [&](int value) {
        const std::string text = std::to_string(value);
        return std::string(name.digits - std::min(name.digits, text.size()), '0') + text;
    };
    return name.stem + padded(number) + "-of-" + padded(name.count) + name.extension;
}

Expected<void> addPart(CheckpointBuilder& builder, const fs::path& path, std::span<const std::byte> bytes) {
    builder.nameInErrors(path);
    const auto head = builder.read(bytes.first(std::min(bytes.size(), kHeadBytes)));
    if (!head)
        return failure(head.error());
    const std::string_view start(reinterpret_cast<const char*>(head->data()), head->size());
    if (start.starts_with(kZipMagic)) {
        builder.setFormat("pytorch");
        return addTorch(builder, bytes);
    }
    if (!isSafetensors(start))
        return failure(foreignFile(start), path.string());
    return addSafetensors(builder, bytes);
}

// The files that the index names, each once, in the order of their names.
Expected<std::set<std::string>> filesOfIndex(const CheckpointBuilder& builder) {
    using Json = nlohmann::json;
    const auto damaged = [&](const std::string& what) {
        return builder.failed(ErrorCode::FileDamaged, what);
    };
    const auto text = builder.file();
    if (text.size() > kMaxIndexBytes)
        return damaged("an index of " + std::to_string(text.size()) + " bytes is not one of a model");
    if (auto read = builder.read(text); !read)
        return failure(read.error());
    const auto* const begin = reinterpret_cast<const char*>(text.data());
    // Nothing of an index is nested deeper than a tensor's name.
    const auto isShallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 2; };
    const Json index = Json::parse(begin, begin + text.size(), isShallow, false);
    if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
        return damaged(
            "this is JSON without a weight_map, no model; name the model file, or of a model in several "
            "files the *.index.json");
    std::set<std::string> files;
    for (const auto& [tensor, file] : index["weight_map"].items()) {
        if (!file.is_string())
            return damaged("the file of " + displayName(tensor) + " is not a name");
        const auto name = file.get<std::string>();
        // Only files beside the index: a downloaded index may not point elsewhere.
        if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos ||
            name.find('\0') != std::string::npos)
            return damaged("\"" + displayName(name) + "\" is not the name of a file beside it");
        files.insert(name);
    }
    if (files.empty())
        return damaged("the index names no files");
    return files;
}

} // namespace

Expected<std::vector<fs::path>> partsOfModel(const fs::path& path) {
    const PartName name = partName(path);
    if (name.count < 2)
        return {};
    std::vector<fs::path> parts;
    std::string missing;
    int missingCount = 0;
    for (int number = 1; number <= name.count; ++number) {
        parts.push_back(path.parent_path() / fileName(name, number));
        std::error_code error;
        if (fs::is_regular_file(parts.back(), error))
            continue;
        if (++missingCount <= 3)
            missing += (missing.empty() ? "" : ", ") + parts.back().filename().string();
    }
    if (missingCount == 0)
        return parts;
    return failure(ErrorCode::FileNotFound,
                   path.string() + ": this is part " + std::to_string(name.number) + " of " +
                       std::to_string(name.count) + " of a model, and " + std::to_string(missingCount) +
                       (missingCount == 1 ? " part does" : " parts do") + " not lie beside it: " + missing +
                       (missingCount > 3 ? ", ..." : "") + "; put all parts into one folder");
}

std::string nameOfParts(const fs::path& path) {
    const PartName name = partName(path);
    if (name.count < 2)
        return path.filename().string();
    const std::string one = fileName(name, name.number);
    return name.stem + "*" + one.substr(name.stem.size() + name.digits);
}

Expected<Checkpoint> readParts(const fs::path& path, FileBytes file, const std::vector<fs::path>& parts) {
    CheckpointBuilder builder(path, std::move(file), "safetensors");
    for (const fs::path& part : parts) {
        std::span<const std::byte> bytes = builder.file();
        if (part.filename() != path.filename()) {
            auto opened = FileBytes::open(part);
            if (!opened)
                return failure(opened.error());
            bytes = builder.addFile(std::move(*opened));
        }
        if (auto added = addPart(builder, part, bytes); !added)
            return failure(added.error());
    }
    builder.nameInErrors(path);
    return builder.finish();
}

Expected<Checkpoint> readModelIndex(const fs::path& path, FileBytes index) {
    CheckpointBuilder builder(path, std::move(index), "safetensors");
    const auto files = filesOfIndex(builder);
    if (!files)
        return failure(files.error());
    for (const std::string& name : *files) {
        const fs::path part = path.parent_path() / name;
        auto file = FileBytes::open(part);
        if (!file)
            return failure(file.error().code, file.error().message + "; the model is in " +
                                                  std::to_string(files->size()) +
                                                  " files, which must all lie beside " + path.string());
        const auto bytes = builder.addFile(std::move(*file));
        if (auto added = addPart(builder, part, bytes); !added)
            return failure(added.error());
    }
    builder.nameInErrors(path);
    return builder.finish();
}

} // namespace engine
