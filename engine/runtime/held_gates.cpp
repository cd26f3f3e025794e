#include "engine/runtime/held_gates.h"

#include <new>

namespace engine {

void HeldGates::goBack(std::int64_t position) {
    std::erase_if(m_rows, [position](const Row& row) { return row.position >= position; });
    m_position = position;
    m_hasBegun = false;
}

void HeldGates::passUntil(std::int64_t position) {
    m_limit = position;
    while (!m_rows.empty() && m_rows.front().position < position) {
        m_target->gates(m_rows.front().layer, m_rows.front().values);
        m_rows.pop_front();
    }
}

void HeldGates::gates(int layer, std::span<const float> values) {
    // A token's layers come in order, so the first one begins the next token.
    if (layer == 0 && m_hasBegun)
        ++m_position;
    m_hasBegun = true;
    if (m_target == nullptr)
        return;
    if (m_rows.empty() && m_position < m_limit) {
        m_target->gates(layer, values);
        return;
    }
    try {
        m_rows.push_back({m_position, layer, {values.begin(), values.end()}});
    } catch (const std::bad_alloc&) { // the recorder counts tokens that lack gates
    }
}

} // namespace engine
