#include "engine/runtime/held_gates.h"

#include <new>

namespace engine {

void HeldGates::goBack(std::int64_t position) {
    std::erase_if(m_rows, [position](const Row& row) { return row.position >= position; });
    m_position = position;
    m_hasBegun = m_beganWithGates = false;
}

void HeldGates::passUntil(std::int64_t position) {
    m_limit = position;
    while (!m_rows.empty() && m_rows.front().position < position) {
        pass(m_rows.front());
        m_rows.pop_front();
    }
}

void HeldGates::pass(const Row& row) {
    if (row.heads > 0)
        m_target->chunks({row.layer, 1, row.heads, row.values, row.numbers});
    else
        m_target->gates(row.layer, row.values);
}

// A token's layers come in order, so the first one begins the next token; without gates its first sparse
// block does.
void HeldGates::begin(bool isGate) {
    if (m_hasBegun && (isGate || !m_beganWithGates))
        ++m_position;
    m_hasBegun = true;
    m_beganWithGates = isGate;
}

void HeldGates::gates(int layer, std::span<const float> values) {
    if (layer == 0)
        begin(true);
    if (m_target == nullptr)
        return;
    if (passes()) {
        m_target->gates(layer, values);
        return;
    }
    try {
        m_rows.push_back({m_position, layer, {values.begin(), values.end()}, 0, {}});
    } catch (const std::bad_alloc&) { // the recorder counts tokens that lack gates
    }
}

void HeldGates::chunks(const ChosenChunks& chosen) {
    if (chosen.block == 0)
        begin(false);
    if (m_target == nullptr)
        return;
    if (passes()) {
        m_target->chunks(chosen);
        return;
    }
    try {
        m_rows.push_back({m_position,
                          chosen.block,
                          {chosen.pairs.begin(), chosen.pairs.end()},
                          chosen.heads,
                          {chosen.numbers.begin(), chosen.numbers.end()}});
    } catch (const std::bad_alloc&) { // as above
    }
}

} // namespace engine
