// training_fixture.h: small models and tensors for the training tests.
#pragma once

#include "engine/core/random.h"
#include "engine/training/model_gradient.h"

#include <string>
#include <vector>

namespace fixture {

inline engine::EnhancementConfig enhancement(const std::string& name) {
    using Config = engine::EnhancementConfig;
    Config e;
    if (name == "base")
        return e;
    e.variant = name.ends_with("-routing") ? Config::Variant::ConvRouting
                : name == "source-gates"   ? Config::Variant::SourceGates
                                           : Config::Variant::Adaptive;
    if (name == "full-routing") {
        e.routesEmbedding = true;
        useScales(e);
    }
    e.routesRows = name == "row-routing";
    e.routesEmbedding |= e.routesRows;
    if (name == "adaptive-mlp")
        e.shift = Config::Shift::Mlp;
    if (name == "fixed-gate")
        e.gate = Config::Gate::Fixed;
    e.layerNorm = name != "no-layernorm";
    if (e.variant == Config::Variant::ConvRouting)
        e.kernel = 4;
    if (e.variant == Config::Variant::SourceGates)
        e.sources = engine::usualSources();
    if (e.kernel > 0 || !e.sources.empty() || e.shift == Config::Shift::Mlp)
        e.rank = 4;
    return e;
}

inline const std::vector<std::string>& enhancements() {
    static const std::vector<std::string> names = {"base",         "adaptive",    "adaptive-mlp",
                                                   "no-layernorm", "fixed-gate",  "conv-routing",
                                                   "full-routing", "row-routing", "source-gates"};
    return names;
}

// "rwkv6 base" and so on: every architecture that trains with every enhancement.
inline std::vector<std::string> models() {
    std::vector<std::string> names;
    for (const std::string architecture : {"rwkv6 ", "rwkv7 "})
        for (const std::string& name : enhancements())
            names.push_back(architecture + name);
    return names;
}

// RWKV-X with some of them: its windows carry no keys.
inline std::vector<std::string> sparseModels() {
    return {"rwkvx base", "rwkvx adaptive", "rwkvx conv-routing", "rwkvx source-gates"};
}

// `name`: one of models() or sparseModels(), or an enhancement alone, which means that of an RWKV-6.
inline engine::TrainingShape smallShape(const std::string& name) {
    const std::size_t space = name.find(' ');
    const std::string enhancementName = space == std::string::npos ? name : name.substr(space + 1);
    engine::TrainingShape shape;
    shape.mixRank = 3;
    shape.decayRank = 5;
    shape.rateRank = 3;
    shape.valueRank = 2;
    shape.gateRank = 4;
    auto& m = shape.model;
    const bool isRwkvX = name.starts_with("rwkvx");
    m.architecture =
        isRwkvX || name.starts_with("rwkv7") ? engine::Architecture::Rwkv7 : engine::Architecture::Rwkv6;
    m.layers = 2;
    if (isRwkvX)
        m.sparse = {.blocks = 1, .chunk = 4, .chunks = 3};
    m.width = 32;
    m.headSize = 16;
    m.heads = 2;
    m.feedForward = 48;
    m.vocabulary = 11;
    m.enhancement = enhancement(enhancementName);
    return shape;
}

// Values of every scale that occurs, so that no term of a gradient is too small to be seen.
template <class Real>
std::vector<Real> randomParameters(const engine::ParameterLayout& layout, std::uint64_t seed,
                                   double scale = 0.3) {
    engine::Random random(seed);
    std::vector<Real> values(layout.size(), Real(0));
    for (const engine::Parameter& p : layout.parameters()) {
        const bool isNorm =
            p.name.find("ln") != std::string::npos || p.name.find("norm.weight") != std::string::npos;
        const bool isDecay = p.name.find("time_decay") != std::string::npos && !p.isMatrix;
        for (std::size_t i = 0; i < p.size; ++i)
            values[p.offset + i] =
                Real(scale * random.normal() + (isNorm ? 1.0 : 0.0) - (isDecay ? 1.0 : 0.0));
    }
    return values;
}

// Channel mixing's keys moved down, so that the squared relu leaves less than one in kSparseShare.
template <class Real>
void quietChannelMixing(const engine::ParameterLayout& layout, std::vector<Real>& parameters) {
    const auto& shape = layout.shape().model;
    for (int l = 0; l < shape.layers; ++l) {
        const std::string block = "blocks." + std::to_string(l) + ".";
        const engine::Parameter *bias = layout.find(block + "ln2.bias"),
                                *key = layout.find(block + "ffn.key.weight");
        for (std::size_t i = 0; i < bias->size; ++i)
            parameters[bias->offset + i] += Real(1);
        for (std::size_t i = 0; i < key->size; ++i)
            parameters[key->offset + i] -= Real(0.15);
    }
}

inline std::vector<int> randomTokens(std::size_t count, int vocabulary, std::uint64_t seed) {
    engine::Random random(seed);
    std::vector<int> tokens(count);
    for (int& token : tokens)
        token = static_cast<int>(random.below(static_cast<std::uint64_t>(vocabulary)));
    return tokens;
}

} // namespace fixture
