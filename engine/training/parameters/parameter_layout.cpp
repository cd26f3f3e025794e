#include "engine/training/parameters/parameter_layout.h"

#include "engine/training/parameters/tensor_lists.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace engine {

namespace {

bool decays(const TensorSpec& tensor) {
    const auto wideDimensions =
        std::count_if(tensor.shape.begin(), tensor.shape.end(), [](std::int64_t n) { return n > 1; });
    return wideDimensions >= 2 && tensor.name.find(".weight") != std::string::npos &&
           tensor.name.find("conv.") == std::string::npos;
}

} // namespace

ParameterLayout::ParameterLayout(const TrainingShape& shape)
    : m_shape(shape) {
    add(modelTensors(shape.model));
    for (int l = 0; l < shape.model.layers; ++l) {
        add(layerTensors(shape, l));
        add(enhancementTensors(shape.model, l));
    }
}

void ParameterLayout::add(const std::vector<TensorSpec>& tensors) {
    for (const TensorSpec& tensor : tensors) {
        const auto size = static_cast<std::size_t>(
            std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1}, std::multiplies<>()));
        m_parameters.push_back({tensor, m_size, size, decays(tensor)});
        m_size += alignedSize(size);
    }
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
