#include "engine/formats/gguf/gguf_conversion.h"

#include "engine/formats/tensors/tensor_naming.h"
#include "engine/formats/tensors/tensor_scaling.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

namespace engine {

namespace {

// How a tensor becomes the official one. Sizes are row-major, as everywhere but in the file.
enum class Change {
    Matrix,     // [out,in], as it is
    Rescaled,   // a matrix that may be stored divided by a power of two
    Norm,       // [C]
    Vector,     // [1,1,C], stored with any number of ones
    HeadRows,   // [H,N], perhaps stored as [C]
    Transposed, // two dimensions swapped: a low-rank factor stored as a linear layer
    Planes,     // [5,R,C] with the last two dimensions swapped
    Mixes,      // several vectors in one tensor
};

enum Versions : unsigned { kV6 = 1, kV7 = 2, kBoth = 3 };

struct Rule {
    unsigned versions;
    std::string_view stored;
    std::string_view official;
    Change change;
};

constexpr std::array<Rule, 6> kOfModel = {{
    {kBoth, "token_embd.weight", "emb.weight", Change::Matrix},
    {kBoth, "token_embd_norm.weight", "blocks.0.ln0.weight", Change::Norm},
    {kBoth, "token_embd_norm.bias", "blocks.0.ln0.bias", Change::Norm},
    {kBoth, "output_norm.weight", "ln_out.weight", Change::Norm},
    {kBoth, "output_norm.bias", "ln_out.bias", Change::Norm},
    {kBoth, "output.weight", "head.weight", Change::Matrix},
}};

constexpr std::string_view kBlocks = "blk.";
constexpr std::string_view kFusedMixes = "time_mix_lerp_fused.weight";
constexpr std::array<std::string_view, 3> kFirstValue = {"time_mix_v0.weight", "time_mix_v1.weight",
                                                         "time_mix_v2.weight"};

constexpr auto kOfBlock = std::to_array<Rule>({
    {kBoth, "attn_norm.weight", "ln1.weight", Change::Norm},
    {kBoth, "attn_norm.bias", "ln1.bias", Change::Norm},
    {kBoth, "attn_norm_2.weight", "ln2.weight", Change::Norm},
    {kBoth, "attn_norm_2.bias", "ln2.bias", Change::Norm},
    {kBoth, "time_mix_receptance.weight", "att.receptance.weight", Change::Matrix},
    {kBoth, "time_mix_key.weight", "att.key.weight", Change::Matrix},
    {kBoth, "time_mix_value.weight", "att.value.weight", Change::Matrix},
    {kBoth, "time_mix_output.weight", "att.output.weight", Change::Rescaled},
    {kBoth, "time_mix_ln.weight", "att.ln_x.weight", Change::Norm},
    {kBoth, "time_mix_ln.bias", "att.ln_x.bias", Change::Norm},
    {kBoth, "channel_mix_key.weight", "ffn.key.weight", Change::Matrix},
    {kBoth, "channel_mix_value.weight", "ffn.value.weight", Change::Rescaled},
    {kV6, kFusedMixes, "att.time_maa_", Change::Mixes},
    {kV6, "time_mix_gate.weight", "att.gate.weight", Change::Matrix},
    {kV6, "time_mix_lerp_x.weight", "att.time_maa_x", Change::Vector},
    {kV6, "time_mix_w1.weight", "att.time_maa_w1", Change::Transposed},
    {kV6, "time_mix_w2.weight", "att.time_maa_w2", Change::Planes},
    {kV6, "time_mix_decay.weight", "att.time_decay", Change::Vector},
    {kV6, "time_mix_decay_w1.weight", "att.time_decay_w1", Change::Transposed},
    {kV6, "time_mix_decay_w2.weight", "att.time_decay_w2", Change::Transposed},
    {kV6, "time_mix_first.weight", "att.time_faaaa", Change::HeadRows},
    {kV6, "channel_mix_receptance.weight", "ffn.receptance.weight", Change::Matrix},
    {kV6, "channel_mix_lerp_k.weight", "ffn.time_maa_k", Change::Vector},
    {kV6, "channel_mix_lerp_r.weight", "ffn.time_maa_r", Change::Vector},
    {kV7, kFusedMixes, "att.x_", Change::Mixes},
    {kV7, "time_mix_w0.weight", "att.w0", Change::Vector},
    {kV7, "time_mix_w1.weight", "att.w1", Change::Transposed},
    {kV7, "time_mix_w2.weight", "att.w2", Change::Transposed},
    {kV7, "time_mix_a0.weight", "att.a0", Change::Vector},
    {kV7, "time_mix_a1.weight", "att.a1", Change::Transposed},
    {kV7, "time_mix_a2.weight", "att.a2", Change::Transposed},
    {kV7, kFirstValue[0], "att.v0", Change::Vector},
    {kV7, kFirstValue[1], "att.v1", Change::Transposed},
    {kV7, kFirstValue[2], "att.v2", Change::Transposed},
    {kV7, "time_mix_g1.weight", "att.g1", Change::Transposed},
    {kV7, "time_mix_g2.weight", "att.g2", Change::Transposed},
    {kV7, "time_mix_k_k.weight", "att.k_k", Change::Vector},
    {kV7, "time_mix_k_a.weight", "att.k_a", Change::Vector},
    {kV7, "time_mix_r_k.weight", "att.r_k", Change::HeadRows},
    {kV7, "channel_mix_lerp_k.weight", "ffn.x_k", Change::Vector},
});

// What older converters wrote instead of kFusedMixes.
constexpr auto kSingleMixes = std::to_array<Rule>({
    {kV6, "time_mix_lerp_w.weight", "att.time_maa_w", Change::Vector},
    {kV6, "time_mix_lerp_k.weight", "att.time_maa_k", Change::Vector},
    {kV6, "time_mix_lerp_v.weight", "att.time_maa_v", Change::Vector},
    {kV6, "time_mix_lerp_r.weight", "att.time_maa_r", Change::Vector},
    {kV6, "time_mix_lerp_g.weight", "att.time_maa_g", Change::Vector},
});

unsigned versionBit(const GgufModel& model) { return model.version == GgufVersion::V6 ? kV6 : kV7; }

std::string_view orderOfMixes(const GgufModel& model) {
    return model.version == GgufVersion::V6 ? "wkvrg" : "rwkvag";
}

const Rule* findRule(std::span<const Rule> rules, std::string_view name, const GgufModel& model) {
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) {
        return (r.versions & versionBit(model)) != 0 && r.stored == name;
    });
    return rule != rules.end() ? &*rule : nullptr;
}

const Rule* ruleOfBlock(std::string_view inBlock, const GgufModel& model) {
    const Rule* const rule = findRule(kOfBlock, inBlock, model);
    return rule ? rule : findRule(kSingleMixes, inBlock, model);
}

// RWKV-7 mixes the first layer's value into later layers only; the converter fills the gap with copies that
// nobody uses.
bool isUnused(std::string_view name, std::int64_t layer, const GgufModel& model) {
    return model.version == GgufVersion::V7 && layer == 0 &&
           std::find(kFirstValue.begin(), kFirstValue.end(), name) != kFirstValue.end();
}

std::string blockPrefix(std::int64_t layer) { return "blk." + std::to_string(layer) + "."; }

// `tensor` with ones in front taken away or put there until it has so many dimensions.
Expected<void> setDimensions(const CheckpointBuilder& builder, StoredTensor& tensor, std::size_t dimensions) {
    std::vector<std::int64_t>& shape = tensor.shape;
    while (shape.size() > dimensions && shape.front() == 1)
        shape.erase(shape.begin());
    if (shape.size() > dimensions)
        return builder.failed(ErrorCode::FileDamaged, tensor.name,
                              "expected " + std::to_string(dimensions) + " dimensions, found " +
                                  shapeText(shape));
    shape.insert(shape.begin(), dimensions - shape.size(), 1);
    return {};
}

Expected<void> addReshaped(CheckpointBuilder& builder, const StoredTensor& tensor, std::string_view official,
                           std::vector<std::int64_t> shape) {
    if (elementCount(tensor.shape).value_or(0) != elementCount(shape).value_or(0))
        return builder.failed(ErrorCode::FileDamaged, tensor.name,
                              "expected the values of " + shapeText(shape) + ", found " +
                                  shapeText(tensor.shape));
    return builder.addStored(official, tensor.type, std::move(shape), tensor.bytes);
}

Expected<void> addMixes(CheckpointBuilder& builder, const StoredTensor& tensor, std::string_view stem,
                        const GgufModel& model) {
    std::vector<std::string> names;
    for (const char use : orderOfMixes(model))
        names.push_back(std::string(stem) + use);
    return addParts(builder, tensor, names, model.width);
}

Expected<void> addChanged(CheckpointBuilder& builder, const StoredTensor& tensor, Change change,
                          const std::string& official, const GgufModel& model, std::int64_t layer) {
    switch (change) {
    case Change::Norm: return addReshaped(builder, tensor, official, {model.width});
    case Change::Vector: return addReshaped(builder, tensor, official, {1, 1, model.width});
    case Change::HeadRows:
        return addReshaped(builder, tensor, official, {model.width / model.headSize, model.headSize});
    case Change::Mixes: return addMixes(builder, tensor, official, model);
    default: break;
    }
    StoredTensor changed = tensor;
    if (auto set = setDimensions(builder, changed, change == Change::Planes ? 3 : 2); !set)
        return set;
    changed.name = official;
    if (change == Change::Transposed || change == Change::Planes)
        return addTransposed(builder, changed);
    if (change == Change::Rescaled && model.rescaleEvery > 0)
        return addScaled(builder, changed, static_cast<int>(layer / model.rescaleEvery));
    return builder.addStored(official, changed.type, std::move(changed.shape), changed.bytes);
}

} // namespace

std::string missingTensor(const GgufModel& model, const std::vector<std::string_view>& names) {
    const auto has = [&](const std::string& name) {
        return std::binary_search(names.begin(), names.end(), name);
    };
    for (const Rule& rule : kOfModel)
        if (std::string name(rule.stored); !has(name))
            return name;
    for (std::int64_t layer = 0; layer < model.layers; ++layer) {
        const std::string prefix = blockPrefix(layer);
        const bool hasSingleMixes =
            std::any_of(kSingleMixes.begin(), kSingleMixes.end(), [&](const Rule& rule) {
                return (rule.versions & versionBit(model)) != 0 && has(prefix + std::string(rule.stored));
            });
        const auto missing = [&](std::span<const Rule> rules) -> std::string {
            for (const Rule& rule : rules) {
                const bool isNeeded = (rule.versions & versionBit(model)) != 0 &&
                                      !isUnused(rule.stored, layer, model) &&
                                      !(hasSingleMixes && rule.stored == kFusedMixes);
                if (std::string name = prefix + std::string(rule.stored); isNeeded && !has(name))
                    return name;
            }
            return "";
        };
        if (std::string name = missing(kOfBlock); !name.empty())
            return name;
        // Both forms at once give a tensor twice, which the builder notices.
        if (std::string name = hasSingleMixes ? missing(kSingleMixes) : ""; !name.empty())
            return name;
    }
    return "";
}

bool isOfModel(std::string_view name, const GgufModel& model) {
    const BlockName block = blockName(name, kBlocks);
    if (block.number.empty())
        return findRule(kOfModel, name, model) != nullptr;
    return !(block.number == "0" && isUnused(block.inBlock, 0, model)) &&
           ruleOfBlock(block.inBlock, model) != nullptr;
}

Expected<void> addOfficialTensors(CheckpointBuilder& builder, const StoredTensor& tensor,
                                  const GgufModel& model) {
    const std::string_view name = tensor.name;
    if (!name.starts_with(kBlocks)) {
        if (const Rule* rule = findRule(kOfModel, name, model))
            return addChanged(builder, tensor, rule->change, std::string(rule->official), model, 0);
        return builder.addStored(name, tensor.type, tensor.shape, tensor.bytes);
    }
    std::int64_t layer = -1;
    const auto [end, error] = std::from_chars(name.data() + kBlocks.size(), name.data() + name.size(), layer);
    if (error != std::errc() || layer < 0 || layer >= model.layers ||
        !name.starts_with(blockPrefix(layer))) // no zeros in front, so that no two names mean the same
        return builder.failed(ErrorCode::FileDamaged, name,
                              "expected one of " + std::to_string(model.layers) +
                                  " layers as the key block_count says");
    const std::string_view inBlock = name.substr(blockPrefix(layer).size());
    if (isUnused(inBlock, layer, model))
        return {};
    const Rule* const rule = ruleOfBlock(inBlock, model);
    if (!rule)
        return builder.addStored(name, tensor.type, tensor.shape, tensor.bytes);
    const std::string official = "blocks." + std::to_string(layer) + "." + std::string(rule->official);
    return addChanged(builder, tensor, rule->change, official, model, layer);
}

} // namespace engine
