#include "engine/training/parameters/start_values.h"

#include <algorithm>

namespace engine {

namespace {

constexpr float kClosedGate = -6; // a gate of 0.0025

// Each tensor draws from a generator of its own, so that adding tensors does not change the others.
Random generatorFor(const std::string& name, std::uint64_t seed) {
    std::uint64_t hash = 0xCBF29CE484222325u; // FNV-1a
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return Random(hash ^ (seed * 0x9E3779B97F4A7C15u));
}

} // namespace

void setStartValues(const ParameterLayout& layout, std::uint64_t seed, std::span<float> values) {
    std::fill(values.begin(), values.end(), 0.0f);
    for (const Parameter& p : layout.parameters())
        if (p.start && p.use == TensorUse::Trained)
            p.start(values.subspan(p.offset, p.size), p.shape, generatorFor(p.name, seed));
}

void startGatesWithoutEffect(const ParameterLayout& layout, std::span<float> values) {
    for (const Parameter& p : layout.parameters()) {
        if (p.use != TensorUse::Trained || !isOfEnhancement(p))
            continue;
        const auto tensor = values.subspan(p.offset, p.size);
        if (p.name.ends_with(".conv.weight") || p.name.ends_with(".source.weight"))
            std::ranges::fill(tensor, 0.0f);
        else if (p.name.ends_with(".gate.bias"))
            std::ranges::fill(tensor, kClosedGate);
    }
}

void copyIntoSparseBlocks(const ParameterLayout& layout, const Checkpoint& model, std::span<float> values) {
    const ModelConfig& m = layout.shape().model;
    for (int index = 0; index < m.sparse.blocks; ++index) {
        const std::string to = "moba." + std::to_string(index) + ".",
                          from = "blocks." + std::to_string((index + 1) * m.sparseInterval() - 1) + ".";
        if (model.find(to + "att.receptance.weight") != nullptr)
            continue;
        for (const char* matrix : {"att.receptance.weight", "att.key.weight", "att.value.weight",
                                   "att.output.weight", "ffn.key.weight", "ffn.value.weight"}) {
            const Parameter *const source = layout.find(from + matrix), *const target =
                                                                            layout.find(to + matrix);
            std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(source->offset), source->size,
                        values.begin() + static_cast<std::ptrdiff_t>(target->offset));
        }
    }
}

} // namespace engine
