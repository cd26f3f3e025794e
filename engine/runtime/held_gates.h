// held_gates.h: keeps gates and choices of tokens back that may be taken back yet, so that whoever gets them
// sees only those of tokens that stand.
// Threads: as GateSink.
#pragma once

#include "engine/backend/gate_sink.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace engine {

class HeldGates final : public GateSink {
public:
    // Where they go; outlives this one.
    void setTarget(GateSink* target) { m_target = target; }
    // The next tokens whose gates come are these, starting at `position`; what is held of them is dropped.
    void goBack(std::int64_t position);
    // Gates of tokens before `position` may go on. The positions of earlier ones are known.
    void passUntil(std::int64_t position);

    void gates(int layer, std::span<const float> values) override;
    void chunks(const ChosenChunks& chosen) override;

private:
    struct Row {
        std::int64_t position = 0;
        int layer = 0; // or the sparse block
        std::vector<float> values;
        int heads = 0;                     // of choices; 0: gates
        std::vector<std::int64_t> numbers; // of choices
    };

    void begin(bool isGate);
    [[nodiscard]] bool passes() const { return m_rows.empty() && m_position < m_limit; }
    void pass(const Row& row);

    GateSink* m_target = nullptr;
    std::deque<Row> m_rows;
    std::int64_t m_position = 0; // of the token whose gates come
    std::int64_t m_limit = 0;
    bool m_hasBegun = false;
    bool m_beganWithGates = false; // the token, so its first sparse block is not its beginning
};

} // namespace engine
