#include "engine/formats/rwkv_cpp/rwkv_cpp_reader.h"

#include "engine/formats/rwkv_cpp/rwkv_cpp_conversion.h"
#include "engine/formats/rwkv_cpp/rwkv_cpp_file.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace engine {

namespace {

using Names = std::vector<std::string_view>; // sorted

constexpr std::array kOfModel = {"emb.weight",    "blocks.0.ln0.weight", "blocks.0.ln0.bias",
                                 "ln_out.weight", "ln_out.bias",         "head.weight"};
constexpr std::array kOfBlock = {
    "ln1.weight",       "ln1.bias",       "ln2.weight",       "ln2.bias",          "att.key.weight",
    "att.value.weight", "ffn.key.weight", "ffn.value.weight", "att.output.weight", "att.receptance.weight"};
constexpr std::array kOfBlockOlder = {"att.time_decay", "att.time_mix_k", "ffn.time_mix_k",
                                      "ffn.receptance.weight"};
constexpr std::array kOfBlockV5 = {"att.time_decay",  "att.time_faaaa",  "att.time_mix_k",
                                   "att.time_mix_v",  "att.time_mix_r",  "att.time_mix_g",
                                   "att.gate.weight", "att.ln_x.weight", "att.ln_x.bias",
                                   "ffn.time_mix_k",  "ffn.time_mix_r",  "ffn.receptance.weight"};
constexpr std::array kOfBlockV6 = {
    "att.time_decay",  "att.time_decay_w1", "att.time_decay_w2",    "att.time_faaaa",  "att.time_maa_x",
    "att.time_maa_w",  "att.time_maa_k",    "att.time_maa_v",       "att.time_maa_r",  "att.time_maa_g",
    "att.time_maa_w1", "att.time_maa_w2",   "att.gate.weight",      "att.ln_x.weight", "att.ln_x.bias",
    "ffn.time_maa_k",  "ffn.time_maa_r",    "ffn.receptance.weight"};
constexpr std::array kOfBlockV7 = {"att.x_rwkvag", "att.w0",  "att.w1",          "att.w2",        "att.a0",
                                   "att.a1",       "att.a2",  "att.g1",          "att.g2",        "att.k_k",
                                   "att.k_a",      "att.r_k", "att.ln_x.weight", "att.ln_x.bias", "ffn.x_k"};
constexpr std::array kOfLaterBlocksV7 = {"att.v0", "att.v1", "att.v2"};

bool contains(const Names& names, std::string_view name) {
    return std::binary_search(names.begin(), names.end(), name);
}

RwkvCppVersion versionOf(const Names& names) {
    if (contains(names, "blocks.0.att.r_k"))
        return RwkvCppVersion::V7;
    if (contains(names, "blocks.0.att.time_maa_x"))
        return RwkvCppVersion::V6;
    if (contains(names, "blocks.0.att.ln_x.weight") && contains(names, "blocks.0.att.gate.weight"))
        return RwkvCppVersion::V5_2;
    return RwkvCppVersion::Older;
}

std::span<const char* const> ofBlock(RwkvCppVersion version) {
    switch (version) {
    case RwkvCppVersion::V5_2: return kOfBlockV5;
    case RwkvCppVersion::V6: return kOfBlockV6;
    case RwkvCppVersion::V7: return kOfBlockV7;
    case RwkvCppVersion::Older: break;
    }
    return kOfBlockOlder;
}

// Tensors follow one another until the file ends, so one that was cut between two of them shows only here.
Expected<void> checkComplete(const CheckpointBuilder& builder, const RwkvCppFile& file, const Names& names,
                             RwkvCppVersion version) {
    std::string missing;
    const auto require = [&](const std::string& prefix, std::span<const char* const> wanted) {
        for (const char* name : wanted)
            if (missing.empty() && !contains(names, prefix + name))
                missing = prefix + name;
    };
    require("", kOfModel);
    for (std::int64_t layer = 0; layer < file.layers && missing.empty(); ++layer) {
        const std::string prefix = "blocks." + std::to_string(layer) + ".";
        require(prefix, kOfBlock);
        require(prefix, ofBlock(version));
        if (version == RwkvCppVersion::V7 && layer > 0)
            require(prefix, kOfLaterBlocksV7);
    }
    if (missing.empty())
        return {};
    return builder.failed(
        ErrorCode::FileDamaged, missing,
        "the model needs this tensor and the file lacks it; it may be cut short, download it again");
}

// The header's sizes have to be those of the tensors.
Expected<void> checkHeader(const CheckpointBuilder& builder, const RwkvCppFile& file) {
    for (const StoredTensor& tensor : file.tensors) {
        const std::string_view name = tensor.name;
        if (name == "emb.weight" && tensor.shape != std::vector{file.vocabulary, file.width})
            return builder.failed(ErrorCode::FileDamaged, name,
                                  "expected " + shapeText(std::array{file.vocabulary, file.width}) +
                                      " as the header says, found " + shapeText(tensor.shape));
        constexpr std::string_view kBlocks = "blocks.";
        if (!name.starts_with(kBlocks))
            continue;
        std::int64_t layer = -1;
        std::from_chars(name.data() + kBlocks.size(), name.data() + name.size(), layer);
        if (layer < 0 || layer >= file.layers)
            return builder.failed(ErrorCode::FileDamaged, name,
                                  "expected " + std::to_string(file.layers) + " layers as the header says");
    }
    return {};
}

// rwkv.cpp runs RWKV-5.2 with an epsilon of its own, and its small test models were made for that. Released
// models, whose heads have 64 channels, were trained with the usual one, and mean the same here as in any
// other format.
bool hasHeadsOfTestModels(const RwkvCppFile& file) {
    constexpr std::int64_t kTestHeadSize = 8;
    const auto bonus = std::ranges::find(file.tensors, "blocks.0.att.time_faaaa", &StoredTensor::name);
    return bonus != file.tensors.end() && bonus->shape.size() > 1 && bonus->shape[1] == kTestHeadSize;
}

} // namespace

Expected<Checkpoint> readRwkvCpp(const std::filesystem::path& path, FileBytes bytes) {
    CheckpointBuilder builder(path, std::move(bytes), "rwkv.cpp");
    const Expected<RwkvCppFile> file = parseRwkvCppFile(builder);
    if (!file)
        return failure(file.error());
    Names names;
    for (const StoredTensor& tensor : file->tensors)
        names.push_back(tensor.name);
    std::sort(names.begin(), names.end());
    const RwkvCppVersion version = versionOf(names);
    if (auto sound = checkHeader(builder, *file); !sound)
        return failure(sound.error());
    if (auto complete = checkComplete(builder, *file, names, version); !complete)
        return failure(complete.error());
    for (const StoredTensor& tensor : file->tensors)
        if (auto added = addOfficialTensors(builder, tensor, version); !added)
            return failure(added.error());
    if (version == RwkvCppVersion::V5_2 && hasHeadsOfTestModels(*file))
        builder.setMetadata("inkgate.group_norm_epsilon", "1e-05");
    return builder.finish();
}

} // namespace engine
