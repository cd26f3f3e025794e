#include "engine/training/parameters/parameter_layout.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace engine {

ParameterLayout::ParameterLayout(const TrainingShape& shape)
    : m_shape(shape) {
    const ModelConfig& m = shape.model;
    const std::int64_t width = m.width, feedForward = m.feedForward, mixRank = shape.mixRank,
                       decayRank = shape.decayRank;
    embedding = add("emb.weight", {m.vocabulary, width}, true);
    head = add("head.weight", {m.vocabulary, width}, true);
    lnOutWeight = add("ln_out.weight", {width}, false);
    lnOutBias = add("ln_out.bias", {width}, false);
    ln0Weight = add("blocks.0.ln0.weight", {width}, false);
    ln0Bias = add("blocks.0.ln0.bias", {width}, false);
    for (int l = 0; l < m.layers; ++l) {
        LayerOffsets o;
        const std::string block = "blocks." + std::to_string(l) + ".";
        const auto vector = [&](const char* name) { return add(block + name, {width}, false); };
        const auto broadcast = [&](const char* name) { return add(block + name, {1, 1, width}, false); };
        const auto linear = [&](const char* name, std::int64_t out, std::int64_t in) {
            return add(block + name, {out, in}, true);
        };
        o.ln1Weight = vector("ln1.weight");
        o.ln1Bias = vector("ln1.bias");
        o.ln2Weight = vector("ln2.weight");
        o.ln2Bias = vector("ln2.bias");
        o.mixX = broadcast("att.time_maa_x");
        o.mixes = broadcast("att.time_maa_w");
        for (const char* name : {"att.time_maa_k", "att.time_maa_v", "att.time_maa_r", "att.time_maa_g"})
            broadcast(name);
        o.mixDown = linear("att.time_maa_w1", width, 5 * mixRank);
        o.mixUp = add(block + "att.time_maa_w2", {5, mixRank, width}, true);
        o.decay = add(block + "att.time_decay", {1, 1, width}, false, 2.0f);
        o.decayDown = linear("att.time_decay_w1", width, decayRank);
        o.decayUp = linear("att.time_decay_w2", decayRank, width);
        o.bonus = add(block + "att.time_faaaa", {m.heads, m.headSize}, false);
        o.receptance = linear("att.receptance.weight", width, width);
        o.key = linear("att.key.weight", width, width);
        o.value = linear("att.value.weight", width, width);
        o.gate = linear("att.gate.weight", width, width);
        o.output = linear("att.output.weight", width, width);
        o.groupNormWeight = vector("att.ln_x.weight");
        o.groupNormBias = vector("att.ln_x.bias");
        o.channelMixKey = broadcast("ffn.time_maa_k");
        o.channelMixReceptance = broadcast("ffn.time_maa_r");
        o.channelKey = linear("ffn.key.weight", feedForward, width);
        o.channelReceptance = linear("ffn.receptance.weight", width, width);
        o.channelValue = linear("ffn.value.weight", width, feedForward);

        o.gateWeight = o.gateBias = o.shiftDown = o.shiftUp = o.convWeight = o.convPosition = o.routeDown =
            o.routeUp = o.routeBias = o.normWeight = o.normBias = LayerOffsets::kAbsent;
        const EnhancementConfig& e = m.enhancement;
        const std::string enhance = "enhance." + std::to_string(l) + ".";
        if (e.variant == EnhancementConfig::Variant::Adaptive) {
            if (e.gate == EnhancementConfig::Gate::Learned) {
                o.gateWeight = add(enhance + "gate.weight", {width, width}, true);
                o.gateBias = add(enhance + "gate.bias", {width}, false);
            }
            if (e.shift == EnhancementConfig::Shift::Mlp) {
                o.shiftDown = add(enhance + "shift.a", {width, e.rank}, true);
                o.shiftUp = add(enhance + "shift.b", {e.rank, width}, true);
            }
        } else if (e.variant == EnhancementConfig::Variant::ConvRouting) {
            o.convWeight = add(enhance + "conv.weight", {e.kernel, width}, false);
            o.convPosition = add(enhance + "conv.position", {e.kernel, kPositionFeatures, width}, false);
            o.routeDown = add(enhance + "route.u", {2 * width, e.rank}, true);
            o.routeUp = add(enhance + "route.w", {e.rank, width}, true);
            o.routeBias = add(enhance + "route.bias", {width}, false);
        }
        if (e.variant != EnhancementConfig::Variant::None && e.layerNorm) {
            o.normWeight = add(enhance + "norm.weight", {width}, false);
            o.normBias = add(enhance + "norm.bias", {width}, false);
        }
        m_layers.push_back(o);
    }
}

std::size_t ParameterLayout::add(std::string name, std::vector<std::int64_t> shape, bool isMatrix,
                                 float learningRateScale) {
    Parameter p;
    p.offset = m_size;
    p.size = static_cast<std::size_t>(
        std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
    const auto wideDimensions =
        std::count_if(shape.begin(), shape.end(), [](std::int64_t n) { return n > 1; });
    p.decays = wideDimensions >= 2 && name.find(".weight") != std::string::npos &&
               name.find("conv.") == std::string::npos;
    p.name = std::move(name);
    p.shape = std::move(shape);
    p.isMatrix = isMatrix;
    p.learningRateScale = learningRateScale;
    m_size += alignedSize(p.size);
    m_parameters.push_back(std::move(p));
    return m_parameters.back().offset;
}

const Parameter* ParameterLayout::find(std::string_view name) const {
    const auto it = std::find_if(m_parameters.begin(), m_parameters.end(),
                                 [&](const Parameter& p) { return p.name == name; });
    return it == m_parameters.end() ? nullptr : &*it;
}

std::int64_t ParameterLayout::parameterCount() const {
    std::int64_t count = 0;
    for (const Parameter& p : m_parameters)
        count += static_cast<std::int64_t>(p.size);
    return count;
}

double ParameterLayout::multiplyAddsPerToken() const {
    double count = 0;
    for (const Parameter& p : m_parameters)
        if (p.isMatrix && p.name != "emb.weight")
            count += static_cast<double>(p.size);
    return count;
}

} // namespace engine
