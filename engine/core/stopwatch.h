// stopwatch.h: wall time since it was made or started again.
// Threads: a value of one thread.
#pragma once

#include <chrono>

namespace engine {

class Stopwatch {
public:
    void restart() { m_start = Clock::now(); }
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(Clock::now() - m_start).count();
    }

private:
    using Clock = std::chrono::steady_clock;

    Clock::time_point m_start = Clock::now();
};

} // namespace engine
