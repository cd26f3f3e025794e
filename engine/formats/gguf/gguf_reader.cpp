#include "engine/formats/gguf/gguf_reader.h"

#include "engine/formats/gguf/gguf_conversion.h"
#include "engine/formats/gguf/gguf_file.h"
#include "engine/formats/gguf/gguf_vocabulary.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {

namespace {

constexpr std::uint64_t kMaxSize = std::numeric_limits<std::int32_t>::max();
constexpr double kLayerNormEpsilon = 1e-5; // of all RWKV models; the engine knows no other

Expected<std::int64_t> readSize(const CheckpointBuilder& builder, const GgufValues& values,
                                const std::string& key) {
    const auto number = values.number(key);
    if (!number || *number < 1 || *number > kMaxSize)
        return builder.failed(ErrorCode::FileDamaged, key,
                              "expected a size above 0, found " + (number ? std::to_string(*number)
                                                                   : values.has(key)
                                                                       ? std::string("no positive number")
                                                                       : std::string("no such key")));
    return static_cast<std::int64_t>(*number);
}

Expected<GgufVersion> readVersion(const CheckpointBuilder& builder, const GgufValues& values) {
    const auto name = values.text("general.architecture");
    if (!name)
        return builder.failed(ErrorCode::FileDamaged, "general.architecture",
                              "expected the name of an architecture, found none");
    if (const auto parts = values.number("split.count"); parts && *parts > 1)
        return builder.failed(
            ErrorCode::UnsupportedFormat,
            "one of " + std::to_string(*parts) +
                " parts of a model; join them with llama-gguf-split --merge and open the result");
    if (*name == "rwkv6")
        return GgufVersion::V6;
    if (*name == "rwkv7")
        return GgufVersion::V7;
    return builder.failed(ErrorCode::UnsupportedArchitecture,
                          "this is a model of the architecture \"" + displayName(*name) +
                              "\"; of GGUF files, Inkgate runs rwkv6 and rwkv7");
}

Expected<GgufModel> readModel(const CheckpointBuilder& builder, const GgufValues& values) {
    const auto version = readVersion(builder, values);
    if (!version)
        return failure(version.error());
    const std::string prefix = *version == GgufVersion::V6 ? "rwkv6." : "rwkv7.";
    const std::string epsilonKey = prefix + "attention.layer_norm_epsilon";
    const auto epsilon = values.real(epsilonKey);
    if (epsilon && !(std::abs(*epsilon - kLayerNormEpsilon) < 1e-3 * kLayerNormEpsilon))
        return builder.failed(ErrorCode::UnsupportedArchitecture, epsilonKey,
                              "Inkgate runs models of 1e-05, found " + std::to_string(*epsilon));
    const auto layers = readSize(builder, values, prefix + "block_count");
    const auto width = readSize(builder, values, prefix + "embedding_length");
    const auto headSize = readSize(builder, values, prefix + "wkv.head_size");
    for (const auto* size : {&layers, &width, &headSize})
        if (!*size)
            return failure(size->error());
    if (*width % *headSize != 0)
        return builder.failed(ErrorCode::FileDamaged, prefix + "wkv.head_size",
                              "expected a divisor of the width " + std::to_string(*width) + ", found " +
                                  std::to_string(*headSize));
    GgufModel model{*version, *layers, *width, *headSize, 0};
    const std::string rescaleKey = prefix + "rescale_every_n_layers";
    if (*version == GgufVersion::V6 && values.number(rescaleKey).value_or(0) != 0) {
        const auto rescale = readSize(builder, values, rescaleKey);
        if (!rescale)
            return failure(rescale.error());
        model.rescaleEvery = *rescale;
    }
    return model;
}

Expected<void> checkTensors(const CheckpointBuilder& builder, const std::vector<StoredTensor>& tensors,
                            const GgufModel& model) {
    std::vector<std::string_view> names;
    for (const StoredTensor& tensor : tensors) {
        names.push_back(tensor.name);
        if (tensor.name == "token_embd.weight" && tensor.shape.back() != model.width)
            return builder.failed(ErrorCode::FileDamaged, tensor.name,
                                  "expected rows of " + std::to_string(model.width) +
                                      " values as the key embedding_length says, found " +
                                      shapeText(tensor.shape));
    }
    std::sort(names.begin(), names.end());
    if (const auto twin = std::adjacent_find(names.begin(), names.end()); twin != names.end())
        return builder.failed(ErrorCode::FileDamaged, *twin, "the file has two tensors of this name");
    if (const std::string missing = missingTensor(model, names); !missing.empty())
        return builder.failed(ErrorCode::FileDamaged, missing,
                              "the model needs this tensor and the file lacks it; download it again");
    return {};
}

} // namespace

Expected<Checkpoint> readGguf(const std::filesystem::path& path, FileBytes bytes) {
    CheckpointBuilder builder(path, std::move(bytes), "gguf");
    const Expected<GgufFile> file = parseGgufFile(builder);
    if (!file)
        return failure(file.error());
    const Expected<GgufModel> model = readModel(builder, file->values);
    if (!model)
        return failure(model.error());
    for (const UnreadEntry& entry : file->unread) {
        if (isOfModel(entry.name, *model))
            return builder.failed(ErrorCode::UnsupportedType, entry.name, entry.reason);
        builder.addUnread(entry.name, entry.kind, entry.shape, entry.reason);
    }
    if (auto sound = checkTensors(builder, file->tensors, *model); !sound)
        return failure(sound.error());
    for (const StoredTensor& tensor : file->tensors)
        if (auto added = addOfficialTensors(builder, tensor, *model); !added)
            return failure(added.error());
    Expected<std::optional<StoredVocabulary>> vocabulary = readGgufVocabulary(builder, file->values);
    if (!vocabulary)
        return failure(vocabulary.error());
    if (*vocabulary)
        builder.setVocabulary(std::move(**vocabulary));
    return builder.finish();
}

} // namespace engine
