#include "engine/runtime/state.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace engine {

State::State(const ModelConfig& config)
    : m_layout(config)
    , m_values(m_layout.size()) {}

State::State(const State& other)
    : m_layout(other.m_layout)
    , m_position(other.m_position) {
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
    const float* from = values().data() + m_layout.layerBegin(0);
    float* to = result.m_values.data() + result.m_layout.layerBegin(0);
    for (std::size_t layer = 0; layer < m_layout.layers; ++layer) {
        std::copy_n(from, m_layout.enhancement(), to);
        from += m_layout.layerSize();
        to += result.m_layout.layerSize();
    }
    return result;
}

bool State::operator==(const State& other) const {
    if (!(m_layout == other.m_layout) || m_position != other.m_position)
        return false;
    const auto mine = values();
    const auto others = other.values();
    return mine.size() == others.size() &&
           (mine.empty() || std::memcmp(mine.data(), others.data(), mine.size_bytes()) == 0);
}

} // namespace engine
