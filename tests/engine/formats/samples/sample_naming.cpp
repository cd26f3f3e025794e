#include "tests/engine/formats/samples/sample_naming.h"

#include <algorithm>
#include <string>

namespace samples {

namespace {

std::string renamed(std::string_view name, const std::vector<NamingConvention::Renaming>& renamings) {
    for (const auto& [from, to] : renamings)
        if (name.starts_with(from))
            return std::string(to).append(name.substr(from.size()));
    return std::string(name);
}

} // namespace

std::vector<Tensor> NamingConvention::apply(const std::vector<Tensor>& official) const {
    constexpr std::string_view kBlocks = "blocks.";
    std::vector<Tensor> result;
    for (const Tensor& tensor : official) {
        const std::string_view name = tensor.name;
        Tensor& changed = result.emplace_back(
            std::ranges::any_of(transposedEnds, [&](std::string_view end) { return name.ends_with(end); })
                ? transposed(tensor)
                : tensor);
        if (!name.starts_with(kBlocks)) {
            changed.name = renamed(name, whole);
            continue;
        }
        const std::size_t afterNumber = name.find('.', kBlocks.size()) + 1;
        changed.name = std::string(layers)
                           .append(name.substr(kBlocks.size(), afterNumber - kBlocks.size()))
                           .append(renamed(name.substr(afterNumber), inBlock));
    }
    return result;
}

std::vector<Tensor> withStackedMixes(const std::vector<Tensor>& fla, bool isFlat) {
    constexpr std::string_view kOrder = "rwkvag", kMix = ".attn.x_";
    std::vector<Tensor> result;
    for (const Tensor& tensor : fla) {
        const std::size_t at = tensor.name.find(kMix);
        if (at == std::string::npos) {
            result.push_back(tensor);
            continue;
        }
        if (tensor.name.back() != kOrder.front())
            continue; // one with the first
        const std::string stem = tensor.name.substr(0, at + kMix.size());
        const auto width = static_cast<std::int64_t>(tensor.values.size());
        Tensor& stack = result.emplace_back(
            Tensor{stem + 'x',
                   isFlat ? std::vector<std::int64_t>{6, width} : std::vector<std::int64_t>{6, 1, 1, width},
                   {}});
        for (const char use : kOrder) {
            const auto mix = std::ranges::find(fla, stem + use, &Tensor::name);
            stack.values.insert(stack.values.end(), mix->values.begin(), mix->values.end());
        }
    }
    return result;
}

const NamingConvention kHuggingFace5{"rwkv.blocks.",
                                     {{"emb.", "rwkv.embeddings."}, {"ln_out.", "rwkv.ln_out."}},
                                     {{"ln0.", "pre_ln."},
                                      {"att.time_mix_k", "attention.time_mix_key"},
                                      {"att.time_mix_v", "attention.time_mix_value"},
                                      {"att.time_mix_r", "attention.time_mix_receptance"},
                                      {"att.time_mix_g", "attention.time_mix_gate"},
                                      {"att.", "attention."},
                                      {"ffn.time_mix_k", "feed_forward.time_mix_key"},
                                      {"ffn.time_mix_r", "feed_forward.time_mix_receptance"},
                                      {"ffn.", "feed_forward."}},
                                     {}};
const NamingConvention kHuggingFace{"rwkv.blocks.",
                                    {{"emb.", "rwkv.embeddings."}, {"ln_out.", "rwkv.ln_out."}},
                                    {{"ln0.", "pre_ln."}, {"att.", "attention."}, {"ffn.", "feed_forward."}},
                                    {}};
const NamingConvention kFla{
    "model.layers.",
    {{"emb.", "model.embeddings."}, {"ln_out.", "model.norm."}, {"head.", "lm_head."}},
    {{"ln0.", "pre_norm."},
     {"ln1.", "attn_norm."},
     {"ln2.", "ffn_norm."},
     {"att.receptance.", "attn.r_proj."},
     {"att.key.", "attn.k_proj."},
     {"att.value.", "attn.v_proj."},
     {"att.output.", "attn.o_proj."},
     {"att.ln_x.", "attn.g_norm."},
     {"att.w0", "attn.w_lora.lora.2.bias"},
     {"att.a0", "attn.a_lora.lora.2.bias"},
     {"att.v0", "attn.v_lora.lora.2.bias"},
     {"att.w1", "attn.w_lora.lora.0.weight"},
     {"att.a1", "attn.a_lora.lora.0.weight"},
     {"att.v1", "attn.v_lora.lora.0.weight"},
     {"att.g1", "attn.g_lora.lora.0.weight"},
     {"att.w2", "attn.w_lora.lora.2.weight"},
     {"att.a2", "attn.a_lora.lora.2.weight"},
     {"att.v2", "attn.v_lora.lora.2.weight"},
     {"att.g2", "attn.g_lora.lora.2.weight"},
     {"att.", "attn."}},
    {".w1", ".a1", ".v1", ".g1", ".w2", ".a2", ".v2", ".g2"}};
const NamingConvention kWebRwkv5{"blocks.", {}, {{"att.time_faaaa", "att.time_first"}}, {}};
const NamingConvention kWebRwkv6{"blocks.",
                                 {},
                                 {{"att.time_faaaa", "att.time_first"},
                                  {"att.time_maa_", "att.time_mix_"},
                                  {"ffn.time_maa_", "ffn.time_mix_"}},
                                 {"time_maa_w1", "time_maa_w2", "time_decay_w1", "time_decay_w2"}};
const NamingConvention kWebRwkv7{"blocks.", {}, {}, {".w1", ".a1", ".v1", ".g1", ".w2", ".a2", ".v2", ".g2"}};

} // namespace samples
