#include "engine/training/parameters/parameter_layout.h"

#include "engine/training/parameters/tensor_lists.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>

namespace engine {

namespace {

bool decays(const TensorSpec& tensor) {
    const auto wideDimensions =
        std::count_if(tensor.shape.begin(), tensor.shape.end(), [](std::int64_t n) { return n > 1; });
    return wideDimensions >= 2 && tensor.name.find(".weight") != std::string::npos &&
           tensor.name.find("conv.") == std::string::npos && tensor.name.find("rows.") == std::string::npos;
}

// Of a base: what products need, and the table.
bool isLarge(const TensorSpec& tensor) { return tensor.isMatrix || tensor.name == "emb.weight"; }

} // namespace

std::string_view name(TrainedPart part) {
    switch (part) {
    case TrainedPart::Model: return "model";
    case TrainedPart::Enhancement: return "enhancement";
    case TrainedPart::SparseBlocks: return "sparse";
    }
    return "unknown";
}

ParameterLayout::ParameterLayout(const TrainingShape& shape, TrainedPart part)
    : m_shape(shape)
    , m_part(part) {
    if (part != TrainedPart::Enhancement) {
        const bool isWhole = part == TrainedPart::Model;
        if (!isWhole)
            addSparseBlocks();
        const std::size_t trained = m_end;
        const TensorUse use = isWhole ? TensorUse::Trained : TensorUse::Fixed;
        add(modelTensors(shape.model), use);
        for (int l = 0; l < shape.model.layers; ++l) {
            add(layerTensors(shape, l), use);
            add(enhancementTensors(shape.model, l), use);
            add(adapterTensors(shape, l), use);
        }
        if (isWhole)
            addSparseBlocks();
        m_size = m_end;
        m_trainedSize = isWhole ? m_end : trained;
        return;
    }
    for (int l = 0; l < shape.model.layers; ++l) {
        add(enhancementTensors(shape.model, l), TensorUse::Trained);
        add(adapterTensors(shape, l), TensorUse::Trained);
    }
    m_trainedSize = m_end;
    std::vector<TensorSpec> base = modelTensors(shape.model);
    for (int l = 0; l < shape.model.layers; ++l)
        std::ranges::move(layerTensors(shape, l), std::back_inserter(base));
    for (int m = 0; m < shape.model.sparse.blocks; ++m)
        std::ranges::move(sparseBlockTensors(shape.model, m), std::back_inserter(base));
    // Not std::ranges::stable_partition, whose result Clang 14 cannot compile with libstdc++ 12.
    const auto large =
        std::stable_partition(base.begin(), base.end(), [](const TensorSpec& t) { return !isLarge(t); });
    const std::vector<TensorSpec> frozen(large, base.end());
    base.erase(large, base.end());
    add(base, TensorUse::Fixed);
    m_size = m_end;
    add(frozen, TensorUse::Frozen);
}

void ParameterLayout::addSparseBlocks() {
    for (int m = 0; m < m_shape.model.sparse.blocks; ++m)
        add(sparseBlockTensors(m_shape.model, m), TensorUse::Trained);
}

void ParameterLayout::add(const std::vector<TensorSpec>& tensors, TensorUse use) {
    for (const TensorSpec& tensor : tensors) {
        const auto size = static_cast<std::size_t>(
            std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1}, std::multiplies<>()));
        m_parameters.push_back({tensor, m_end, size, decays(tensor), use});
        m_end += alignedSize(size);
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
        if (p.use == TensorUse::Trained)
            count += static_cast<std::int64_t>(p.size);
    return count;
}

std::size_t ParameterLayout::largestFrozen() const {
    std::size_t largest = 0;
    for (const Parameter& p : m_parameters)
        if (p.use == TensorUse::Frozen)
            largest = std::max(largest, p.size);
    return largest;
}

double ParameterLayout::multiplyAddsPerToken() const {
    double count = 0;
    for (const Parameter& p : m_parameters)
        if (p.isMatrix && p.name != "emb.weight")
            count += static_cast<double>(p.size);
    return count;
}

} // namespace engine
