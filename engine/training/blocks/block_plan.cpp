#include "engine/training/blocks/block_plan.h"

namespace engine {

namespace {

PassSizes sizesOf(const ModelConfig& m, int sequences, int tokens) {
    return {.B = sequences,
            .T = tokens,
            .M = sequences * tokens,
            .D = m.width,
            .H = m.heads,
            .N = m.headSize,
            .F = m.feedForward,
            .V = m.vocabulary};
}

} // namespace

BlockPlan::BlockPlan(const ParameterLayout& layout, int sequences, int tokens)
    : m_layout(layout)
    , m_sizes(sizesOf(layout.shape().model, sequences, tokens)) {}

std::size_t BlockPlan::vector(const std::string& tensor) const {
    const Parameter* p = m_layout.find(tensor);
    assert(p);
    return p->offset;
}

WeightMatrix BlockPlan::matrix(const std::string& tensor) const {
    const Parameter* p = m_layout.find(tensor);
    assert(p && p->shape.size() >= 2);
    const auto last = p->shape.end();
    return {p->offset, static_cast<int>(last[-2]), static_cast<int>(last[-1]), p->use == TensorUse::Frozen,
            p->use == TensorUse::Trained};
}

std::size_t BlockPlan::carry(std::size_t values) {
    const std::size_t at = m_carried;
    m_carried += values;
    return at;
}

std::string blockPrefix(int layer) { return "blocks." + std::to_string(layer) + "."; }

std::string sparseBlockPrefix(int index) { return "moba." + std::to_string(index) + "."; }

} // namespace engine
