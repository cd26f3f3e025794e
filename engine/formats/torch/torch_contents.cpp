#include "engine/formats/torch/torch_contents.h"

#include "engine/formats/tensors/tensor_name.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace engine {

namespace {

constexpr int kDeepest = 4; // dicts inside dicts

struct NamedDict {
    std::string_view name;
    const PickleDict* dict = nullptr;
};

// The names under which trainers keep the model, the commoner ones first.
constexpr std::array<std::string_view, 5> kModelNames = {"state_dict", "model_state_dict", "model", "module",
                                                         "model_state"};

bool holdsEmbedding(const PickleDict& dict) {
    return std::ranges::any_of(dict.entries, [](const auto& entry) {
        return std::holds_alternative<const TorchTensor*>(entry.second) &&
               (entry.first.ends_with("emb.weight") || entry.first.ends_with("embeddings.weight"));
    });
}

std::vector<NamedDict> dictsIn(const std::vector<NamedDict>& level, std::set<const PickleDict*>& seen) {
    std::vector<NamedDict> inside;
    for (const NamedDict& outer : level)
        for (const auto& [name, value] : outer.dict->entries)
            if (const auto* const dict = std::get_if<PickleDict*>(&value); dict && seen.insert(*dict).second)
                inside.push_back({name, *dict});
    return inside;
}

const PickleDict* underModelName(const std::vector<NamedDict>& dicts) {
    for (const std::string_view wanted : kModelNames)
        for (const NamedDict& found : dicts)
            if (found.name == wanted)
                return found.dict;
    return nullptr;
}

Expected<const PickleDict*> modelDict(const PickleDict& root) {
    if (holdsEmbedding(root))
        return &root;
    const PickleDict* fallback = nullptr; // of a file without an embedding, such as a gate
    std::set<const PickleDict*> seen{&root};
    std::vector<NamedDict> level{{"", &root}};
    for (int depth = 0; depth < kDeepest && !level.empty(); ++depth) {
        level = dictsIn(level, seen);
        if (!fallback)
            fallback = underModelName(level);
        std::vector<NamedDict> models;
        std::ranges::copy_if(level, std::back_inserter(models),
                             [](const NamedDict& inside) { return holdsEmbedding(*inside.dict); });
        if (const PickleDict* named = underModelName(models))
            return named;
        if (models.size() > 1)
            return failure(ErrorCode::UnsupportedFormat,
                           "the file holds " + std::to_string(models.size()) + " models, \"" +
                               displayName(models[0].name) + "\" and \"" + displayName(models[1].name) +
                               (models.size() > 2 ? "\" and others" : "\"") + "; save one of them by itself");
        if (!models.empty())
            return models.front().dict;
    }
    return fallback ? fallback : &root;
}

bool isFromChatRwkv(const PickleDict& dict) {
    constexpr std::array<std::string_view, 3> kNotes = {"_strategy", "_version", "_rescale_layer"};
    return std::ranges::any_of(dict.entries, [&](const auto& entry) {
        return std::ranges::find(kNotes, entry.first) != kNotes.end();
    });
}

std::string nameOf(const PickleGlobal& global) {
    return displayName(global.module) + "." + displayName(global.name);
}

void addObjects(const PickleDict& dict, std::vector<TorchContents::NamedObject>& objects) {
    for (const auto& [name, value] : dict.entries)
        if (const auto* const object = std::get_if<PickleObject>(&value); object && isPlausibleName(name))
            objects.emplace_back(name, object->maker);
}

Failure notADict(const PickleValue& root) {
    if (const auto* const object = std::get_if<PickleObject>(&root))
        return failure(ErrorCode::UnsupportedFormat,
                       "the file wants to call " + nameOf(*object->maker) +
                           ", which tensors do not need and which was not done; save only the model's "
                           "state_dict, from a source you trust");
    return failure(ErrorCode::UnsupportedFormat,
                   "expected a dict of tensors, found something else; save the model's state_dict");
}

} // namespace

Expected<TorchContents> torchContents(const PickleValue& root) {
    const auto* const held = std::get_if<PickleDict*>(&root);
    if (!held)
        return notADict(root);
    const auto found = modelDict(**held);
    if (!found)
        return failure(found.error());
    const PickleDict& dict = **found;
    if (isFromChatRwkv(dict))
        return failure(ErrorCode::UnsupportedFormat,
                       "ChatRWKV has converted this model for one device; open the original instead");
    TorchContents contents;
    for (const auto& [name, value] : dict.entries) {
        const auto* const tensor = std::get_if<const TorchTensor*>(&value);
        if (!tensor)
            continue;
        if (!isPlausibleName(name))
            return failure(ErrorCode::FileDamaged,
                           displayName(name) + ": expected " + std::string(kPlausibleName));
        contents.tensors.emplace_back(name, *tensor);
    }
    std::ranges::sort(contents.tensors, {}, &TorchContents::NamedTensor::first);
    addObjects(dict, contents.objects);
    if (&dict != *held)
        addObjects(**held, contents.objects);
    std::ranges::sort(contents.objects, {}, &TorchContents::NamedObject::first);
    // Not std::ranges::unique, whose result Clang 14 cannot compile with libstdc++ 12.
    const auto first = std::unique(contents.objects.begin(), contents.objects.end(),
                                   [](const auto& a, const auto& b) { return a.first == b.first; });
    contents.objects.erase(first, contents.objects.end());
    if (contents.tensors.empty())
        return failure(ErrorCode::UnsupportedFormat,
                       "the file holds no tensors by name" +
                           (contents.objects.empty()
                                ? std::string()
                                : ", but under \"" + displayName(contents.objects.front().first) +
                                      "\" an object of " + nameOf(*contents.objects.front().second)) +
                           "; save the model's state_dict");
    return contents;
}

} // namespace engine
