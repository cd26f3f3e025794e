#include "engine/formats/tensors/tensor_naming.h"

#include <algorithm>
#include <array>
#include <utility>

namespace engine {

namespace {

using Layout = OfficialTensor::Layout;
using Renaming = std::pair<std::string_view, std::string_view>;

// With the first beginning that fits replaced, or unchanged.
std::string withNewBeginning(std::string_view name, std::span<const Renaming> renamings) {
    for (const auto& [from, to] : renamings)
        if (name.starts_with(from))
            return std::string(to).append(name.substr(from.size()));
    return std::string(name);
}

std::string blockTensor(std::string_view number, std::string_view inBlock) {
    return std::string("blocks.").append(number).append(".").append(inBlock);
}

OfficialTensor fromHuggingFace(std::string_view name) {
    // RWKV-5 has its mixes' names in full; RWKV-6 has the official ones.
    constexpr std::array kOfBlock = {Renaming{"pre_ln.", "ln0."},
                                     Renaming{"attention.time_mix_key", "att.time_mix_k"},
                                     Renaming{"attention.time_mix_value", "att.time_mix_v"},
                                     Renaming{"attention.time_mix_receptance", "att.time_mix_r"},
                                     Renaming{"attention.time_mix_gate", "att.time_mix_g"},
                                     Renaming{"attention.", "att."},
                                     Renaming{"feed_forward.time_mix_key", "ffn.time_mix_k"},
                                     Renaming{"feed_forward.time_mix_receptance", "ffn.time_mix_r"},
                                     Renaming{"feed_forward.", "ffn."}};
    constexpr std::array kOfModel = {Renaming{"rwkv.embeddings.", "emb."},
                                     Renaming{"rwkv.ln_out.", "ln_out."}};
    const BlockName block = blockName(name, "rwkv.blocks.");
    if (block.number.empty())
        return {withNewBeginning(name, kOfModel)};
    return {blockTensor(block.number, withNewBeginning(block.inBlock, kOfBlock))};
}

// "w_lora.lora.0.weight" is w1, ".2.weight" is w2, both as linear layers have them; ".2.bias" is w0.
OfficialTensor fromFlaLowRank(std::string_view number, std::string_view inBlock) {
    constexpr std::string_view kAttention = "attn.";
    const std::string stem = blockTensor(number, "att.") + inBlock[kAttention.size()];
    const std::string_view part = inBlock.substr(inBlock.find("_lora.lora.") + 11);
    if (part == "0.weight")
        return {stem + "1", Layout::Transposed};
    if (part == "2.weight")
        return {stem + "2", Layout::Transposed};
    if (part == "2.bias")
        return {stem + "0"};
    return {blockTensor(number, inBlock)};
}

OfficialTensor fromFla(std::string_view name) {
    constexpr std::array kOfBlock = {Renaming{"pre_norm.", "ln0."},
                                     Renaming{"attn_norm.", "ln1."},
                                     Renaming{"ffn_norm.", "ln2."},
                                     Renaming{"attn.r_proj.", "att.receptance."},
                                     Renaming{"attn.k_proj.", "att.key."},
                                     Renaming{"attn.v_proj.", "att.value."},
                                     Renaming{"attn.o_proj.", "att.output."},
                                     Renaming{"attn.g_norm.", "att.ln_x."},
                                     Renaming{"attn.", "att."}};
    constexpr std::array kOfModel = {Renaming{"model.embeddings.", "emb."},
                                     Renaming{"model.norm.", "ln_out."}, Renaming{"lm_head.", "head."}};
    const BlockName block = blockName(name, "model.layers.");
    if (block.number.empty())
        return {withNewBeginning(name, kOfModel)};
    if (block.inBlock == "attn.x_x") // as long as all mixes were one tensor
        return {blockTensor(block.number, "att.x_"), Layout::StackedMixes};
    for (const char* lowRank :
         {"attn.w_lora.lora.", "attn.a_lora.lora.", "attn.v_lora.lora.", "attn.g_lora.lora."})
        if (block.inBlock.starts_with(lowRank))
            return fromFlaLowRank(block.number, block.inBlock);
    return {blockTensor(block.number, withNewBeginning(block.inBlock, kOfBlock))};
}

// The converter swaps the dimensions of every low-rank factor and state, renames `time_faaaa`, and for RWKV-6
// also the mixes.
OfficialTensor fromWebRwkv(std::string_view name, bool renamesMixes) {
    constexpr std::array<std::string_view, 13> kTransposed = {"att.time_mix_w1",
                                                              "att.time_mix_w2",
                                                              "att.time_decay_w1",
                                                              "att.time_decay_w2",
                                                              "att.time_state",
                                                              "att.w1",
                                                              "att.w2",
                                                              "att.a1",
                                                              "att.a2",
                                                              "att.g1",
                                                              "att.g2",
                                                              "att.v1",
                                                              "att.v2"};
    constexpr std::array kRenamings = {Renaming{"att.time_first", "att.time_faaaa"},
                                       Renaming{"att.time_mix_", "att.time_maa_"},
                                       Renaming{"ffn.time_mix_", "ffn.time_maa_"}};
    const BlockName block = blockName(name, "blocks.");
    if (block.number.empty())
        return {std::string(name)};
    const bool isTransposed = std::ranges::find(kTransposed, block.inBlock) != kTransposed.end();
    const auto renamings = std::span(kRenamings).first(renamesMixes ? kRenamings.size() : 1);
    return {blockTensor(block.number, withNewBeginning(block.inBlock, renamings)),
            isTransposed ? Layout::Transposed : Layout::AsStored};
}

// Of a model's first tensor under each convention.
constexpr std::array<std::string_view, 3> kEmbeddings = {"emb.weight", "rwkv.embeddings.weight",
                                                         "model.embeddings.weight"};

const NamedShape* find(std::span<const NamedShape> sorted, const std::string& name) {
    const auto found = std::ranges::lower_bound(sorted, name, {}, &NamedShape::name);
    return found != sorted.end() && found->name == name ? &*found : nullptr;
}

// What stands in front of the one embedding there is; empty if that is nothing, or if there are several
// models in one file.
std::string prefixOf(std::span<const NamedShape> sorted) {
    std::string_view prefix;
    for (const NamedShape& tensor : sorted)
        for (const std::string_view embedding : kEmbeddings) {
            if (tensor.name == embedding)
                return {};
            // "x.emb.weight", but not "demb.weight".
            const std::size_t before = tensor.name.size() - std::min(tensor.name.size(), embedding.size());
            if (before == 0 || !tensor.name.ends_with(embedding) || tensor.name[before - 1] != '.')
                continue;
            const std::string_view found = tensor.name.substr(0, before);
            if (prefix.empty() || prefix.ends_with(found))
                prefix = found;
            else if (!found.ends_with(prefix)) // else a copy of the same model, such as its gradients
                return {};
        }
    return std::string(prefix);
}

Convention conventionOf(std::span<const NamedShape> sorted, const std::string& prefix) {
    const auto has = [&](std::string_view name) {
        return find(sorted, std::string(prefix).append(name)) != nullptr;
    };
    if (has("rwkv.embeddings.weight"))
        return Convention::HuggingFace;
    if (has("model.embeddings.weight") && has("model.layers.0.attn.r_k"))
        return Convention::Fla;
    // RWKV-4 and 5.0 have `time_first` by that name, but none of these beside it.
    if (has("blocks.0.att.time_first") && has("blocks.0.att.time_mix_w1"))
        return Convention::WebRwkv6;
    if (has("blocks.0.att.time_first") && has("blocks.0.att.gate.weight"))
        return Convention::WebRwkv5;
    // Nothing but the orientation tells here: a factor begins with the model's width, unless it is
    // transposed.
    const NamedShape* const factor = find(sorted, prefix + "blocks.0.att.w1");
    const NamedShape* const embedding = find(sorted, prefix + "emb.weight");
    if (factor != nullptr && embedding != nullptr && factor->shape.size() == 2 &&
        embedding->shape.size() == 2 && factor->shape[0] != embedding->shape[1] &&
        factor->shape[1] == embedding->shape[1])
        return Convention::WebRwkv7;
    return Convention::Official;
}

// RWKV-X files have two parts side by side, "rwkv." and "moba.": what stands in front of both is in front of
// the second, too.
std::string_view besideRwkv(std::string_view prefix, std::string_view name) {
    constexpr std::string_view kRwkv = "rwkv.";
    if (!prefix.ends_with(kRwkv))
        return name;
    const std::string_view outer = prefix.substr(0, prefix.size() - kRwkv.size());
    if (!name.starts_with(outer))
        return name;
    const std::string_view inner = name.substr(outer.size());
    return inner.starts_with("moba.") || inner.starts_with("enhance.") ? inner : name;
}

} // namespace

BlockName blockName(std::string_view name, std::string_view beginning) {
    if (!name.starts_with(beginning))
        return {};
    const std::size_t dot = name.find('.', beginning.size());
    if (dot == std::string_view::npos)
        return {};
    const std::string_view number = name.substr(beginning.size(), dot - beginning.size());
    if (number.empty() || !std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }))
        return {};
    return {number, name.substr(dot + 1)};
}

TensorNaming TensorNaming::of(std::span<NamedShape> tensors) {
    std::ranges::sort(tensors, {}, &NamedShape::name);
    TensorNaming naming;
    naming.prefix = prefixOf(tensors);
    naming.convention = conventionOf(tensors, naming.prefix);
    return naming;
}

OfficialTensor TensorNaming::official(std::string_view name) const {
    if (!name.starts_with(prefix))
        return {std::string(besideRwkv(prefix, name))}; // of another part, or none of the model
    name.remove_prefix(prefix.size());
    switch (convention) {
    case Convention::Official:
        if (const BlockName block = blockName(name, "blk."); !block.number.empty()) // of GGUF
            return {blockTensor(block.number, block.inBlock)};
        break;
    case Convention::HuggingFace: return fromHuggingFace(name);
    case Convention::Fla: return fromFla(name);
    case Convention::WebRwkv5: return fromWebRwkv(name, false);
    case Convention::WebRwkv6: return fromWebRwkv(name, true);
    case Convention::WebRwkv7: return fromWebRwkv(name, false);
    }
    return {std::string(name)};
}

} // namespace engine
