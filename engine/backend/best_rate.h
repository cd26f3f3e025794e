// best_rate.h: how fast a piece of work was done at best. What else runs beside only ever slows it down, so
// of several measurements the fastest counts.
// Threads: those of the work.
#pragma once

#include "engine/core/error.h"

#include <algorithm>
#include <chrono>

namespace engine {

// Tests measure with a Clock of their own.
template <class Clock = std::chrono::steady_clock> class BestRate {
public:
    // `work`: what is done each time, in bytes or operations.
    explicit BestRate(double work)
        : m_work(work) {}

    // Does it once; work() returns Expected<void>. A failure is passed on and measures nothing.
    template <class Work> [[nodiscard]] Expected<void> measure(Work&& work) {
        const auto start = Clock::now();
        if (auto done = work(); !done)
            return done;
        const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
        if (elapsed > 0) // a clock may be too coarse
            m_best = std::max(m_best, m_work / elapsed);
        return {};
    }

    [[nodiscard]] double giga() const { return m_best * 1e-9; }      // GB/s or GFLOP/s; 0: not measured yet
    [[nodiscard]] double seconds() const { return m_work / m_best; } // of doing it once at that rate

private:
    double m_work;
    double m_best = 0; // per second
};

} // namespace engine
