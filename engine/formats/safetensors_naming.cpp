#include "engine/formats/safetensors_naming.h"

#include <algorithm>
#include <array>
#include <utility>

namespace engine {

namespace {

using Entry = SafetensorsHeader::Entry;
using Renaming = std::pair<std::string_view, std::string_view>;

// With the first beginning that fits replaced, or unchanged.
std::string withNewBeginning(std::string_view name, std::span<const Renaming> renamings) {
    for (const auto& [from, to] : renamings)
        if (name.starts_with(from))
            return std::string(to).append(name.substr(from.size()));
    return std::string(name);
}

// "3" and "att.w1" of "<layers>3.att.w1"; an empty number if the name is of no block.
struct BlockName {
    std::string_view number, inBlock;
};
BlockName blockName(std::string_view name, std::string_view layers) {
    if (!name.starts_with(layers))
        return {};
    const std::size_t dot = name.find('.', layers.size());
    if (dot == std::string_view::npos || dot == layers.size())
        return {};
    return {name.substr(layers.size(), dot - layers.size()), name.substr(dot + 1)};
}

std::string blockTensor(std::string_view number, std::string_view inBlock) {
    return std::string("blocks.").append(number).append(".").append(inBlock);
}

OfficialTensor fromHuggingFace(std::string_view name) {
    constexpr std::array kOfBlock = {Renaming{"pre_ln.", "ln0."}, Renaming{"attention.", "att."},
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
        return {stem + "1", true};
    if (part == "2.weight")
        return {stem + "2", true};
    return {stem + "0"};
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
    for (const char* lowRank :
         {"attn.w_lora.lora.", "attn.a_lora.lora.", "attn.v_lora.lora.", "attn.g_lora.lora."})
        if (block.inBlock.starts_with(lowRank))
            return fromFlaLowRank(block.number, block.inBlock);
    return {blockTensor(block.number, withNewBeginning(block.inBlock, kOfBlock))};
}

// The converter swaps the dimensions of every low-rank factor and state, renames `time_faaaa`, and for RWKV-6 also the mixes.
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
    return {blockTensor(block.number, withNewBeginning(block.inBlock, renamings)), isTransposed};
}

const Entry* find(std::span<const SafetensorsHeader> parts, std::string_view name) {
    for (const SafetensorsHeader& part : parts) {
        const auto found = std::ranges::find(part.entries, name, &Entry::name);
        if (found != part.entries.end())
            return &*found;
    }
    return nullptr;
}

} // namespace

TensorNaming namingOf(std::span<const SafetensorsHeader> parts) {
    const auto has = [&](std::string_view name) { return find(parts, name) != nullptr; };
    if (has("rwkv.embeddings.weight"))
        return TensorNaming::HuggingFace;
    if (has("model.embeddings.weight") && has("model.layers.0.attn.r_k"))
        return TensorNaming::Fla;
    // RWKV-4 and 5.0 have `time_first` by that name, but none of these beside it.
    if (has("blocks.0.att.time_first") && has("blocks.0.att.time_mix_w1"))
        return TensorNaming::WebRwkv6;
    if (has("blocks.0.att.time_first") && has("blocks.0.att.gate.weight"))
        return TensorNaming::WebRwkv5;
    // Nothing but the orientation tells here: a factor begins with the model's width, unless it is transposed.
    const Entry* const factor = find(parts, "blocks.0.att.w1");
    const Entry* const embedding = find(parts, "emb.weight");
    if (factor != nullptr && embedding != nullptr && factor->shape.size() == 2 &&
        embedding->shape.size() == 2 && factor->shape[0] != embedding->shape[1] &&
        factor->shape[1] == embedding->shape[1])
        return TensorNaming::WebRwkv7;
    return TensorNaming::Official;
}

OfficialTensor officialTensor(TensorNaming naming, std::string_view nameInFile) {
    switch (naming) {
    case TensorNaming::Official: break;
    case TensorNaming::HuggingFace: return fromHuggingFace(nameInFile);
    case TensorNaming::Fla: return fromFla(nameInFile);
    case TensorNaming::WebRwkv5: return fromWebRwkv(nameInFile, false);
    case TensorNaming::WebRwkv6: return fromWebRwkv(nameInFile, true);
    case TensorNaming::WebRwkv7: return fromWebRwkv(nameInFile, false);
    }
    return {std::string(nameInFile)};
}

} // namespace engine
