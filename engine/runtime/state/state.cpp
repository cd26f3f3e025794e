#include "engine/runtime/state/state.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace engine {

State::State(const ModelConfig& config)
    : m_layout(config)
    , m_values(m_layout.size())
    , m_attention(config) {}

State::State(const State& other)
    : m_layout(other.m_layout)
    , m_position(other.m_position)
    , m_attention(other.m_attention) {
    if (other.m_device != nullptr)
        m_device = other.m_device->copy();
    if (m_device == nullptr)
        other.bringBack();
    else
        m_deviceSize = other.m_deviceSize;
    m_values = other.m_values;
}

State& State::operator=(const State& other) {
    if (this == &other)
        return *this;
    if (other.m_device == nullptr && m_device == nullptr) { // in the memory that is there
        m_layout = other.m_layout;
        m_values = other.m_values;
        m_position = other.m_position;
        m_attention = other.m_attention;
        return *this;
    }
    return *this = State(other);
}

void State::bringBack() const {
    if (m_device != nullptr)
        m_device->toHost(m_values.span().first(m_deviceSize));
}

std::span<const float> State::values() const {
    bringBack();
    return m_values.span();
}

std::span<float> State::values() {
    bringBack();
    m_device.reset();
    return m_values.span();
}

float* State::placeOn(Backend& backend, int layers) {
    if (backend.isHost())
        return values().data();
    const std::size_t size = m_layout.layerBegin(static_cast<std::size_t>(layers));
    if (m_device == nullptr || m_deviceSize != size || !backend.owns(*m_device)) {
        m_device = backend.placeState(values().first(size));
        m_deviceSize = size;
    }
    return m_device->values();
}

bool State::sharesBaseWith(const State& other) const {
    StateLayout mine = m_layout;
    mine.enhancementRows = other.m_layout.enhancementRows;
    mine.meanRows = other.m_layout.meanRows;
    mine.tokenRows = other.m_layout.tokenRows;
    mine.embeddingRows = other.m_layout.embeddingRows;
    return mine == other.m_layout;
}

State State::inShapeOf(const State& shape) const {
    assert(sharesBaseWith(shape));
    if (m_layout == shape.m_layout)
        return *this;
    State result;
    result.m_layout = shape.m_layout;
    result.m_values.resize(result.m_layout.size()); // the enhancement's rows: zero, as before the first token
    result.m_position = m_position;
    result.m_attention = m_attention;
    const std::span<const float> from = values();
    const std::span<float> to = result.m_values.span();
    for (std::size_t layer = 0; layer < m_layout.layers; ++layer) {
        std::ranges::copy(from.subspan(m_layout.layerBegin(layer), m_layout.enhancement()),
                          to.begin() + static_cast<std::ptrdiff_t>(result.m_layout.layerBegin(layer)));
        if (m_layout.sparseBlocksBefore(layer + 1) == m_layout.sparseBlocksBefore(layer))
            continue;
        const std::size_t size = m_layout.sparseSize(); // at the end of the layer's part
        std::ranges::copy(from.subspan(m_layout.layerBegin(layer + 1) - size, size),
                          to.begin() +
                              static_cast<std::ptrdiff_t>(result.m_layout.layerBegin(layer + 1) - size));
    }
    return result;
}

bool State::operator==(const State& other) const {
    if (!(m_layout == other.m_layout) || m_position != other.m_position)
        return false;
    const auto mine = values();
    const auto others = other.values();
    return mine.size() == others.size() &&
           (mine.empty() || std::memcmp(mine.data(), others.data(), mine.size_bytes()) == 0) &&
           m_attention.holdsSameAs(other.m_attention, m_position);
}

} // namespace engine
