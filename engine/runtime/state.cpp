#include "engine/runtime/state.h"

#include "engine/model/enhancement_state.h"

#include <cstring>

namespace engine {

State::State(const ModelConfig& config)
    : m_layers(config.layers)
    , m_width(static_cast<std::size_t>(config.width))
    , m_wkvSize(m_width * static_cast<std::size_t>(config.headSize))
    , m_enhancementRows(static_cast<std::size_t>(enhancementRows(config.enhancement)))
    , m_values(static_cast<std::size_t>(m_layers) * layerSize()) {}

std::span<float> State::part(int layer, std::size_t offset, std::size_t size) {
    return m_values.span().subspan(static_cast<std::size_t>(layer) * layerSize() + offset, size);
}

std::span<float> State::attentionShift(int layer) { return part(layer, 0, m_width); }
std::span<float> State::wkv(int layer) { return part(layer, m_width, m_wkvSize); }
std::span<float> State::feedForwardShift(int layer) { return part(layer, m_width + m_wkvSize, m_width); }
std::span<float> State::enhancement(int layer) {
    return part(layer, 2 * m_width + m_wkvSize, m_enhancementRows * m_width);
}

bool State::fits(const ModelConfig& config) const {
    const auto width = static_cast<std::size_t>(config.width);
    return m_layers == config.layers && m_width == width &&
           m_wkvSize == width * static_cast<std::size_t>(config.headSize) &&
           m_enhancementRows == static_cast<std::size_t>(enhancementRows(config.enhancement));
}

bool State::operator==(const State& other) const {
    return m_layers == other.m_layers && m_width == other.m_width && m_wkvSize == other.m_wkvSize &&
           m_enhancementRows == other.m_enhancementRows && m_position == other.m_position &&
           m_values.byteSize() == other.m_values.byteSize() &&
           (m_values.empty() ||
            std::memcmp(m_values.data(), other.m_values.data(), m_values.byteSize()) == 0);
}

} // namespace engine
