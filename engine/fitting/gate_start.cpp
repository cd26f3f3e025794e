#include "engine/fitting/gate_start.h"

#include "engine/training/parameters/start_values.h"

#include <algorithm>

namespace engine {

namespace {

constexpr float kClosedGate = -6; // a gate of 0.0025

} // namespace

void setGateStart(const ParameterLayout& layout, std::uint64_t seed, std::span<float> parameters) {
    setStartValues(layout, seed, parameters);
    for (const Parameter& p : layout.parameters()) {
        if (p.use != TensorUse::Trained)
            continue;
        const auto values = parameters.subspan(p.offset, p.size);
        if (p.name.ends_with(".conv.weight") || p.name.ends_with(".source.weight"))
            std::ranges::fill(values, 0.0f);
        else if (p.name.ends_with(".gate.bias"))
            std::ranges::fill(values, kClosedGate);
    }
}

} // namespace engine
