// random.h: the project's only source of pseudo-random numbers, xoshiro256++ (Blackman and Vigna, 2019).
// Equal seeds give equal sequences on every platform (normal() up to the rounding of the C library's log and
// cos). The four words of state can be saved and restored, so that a resumed training or generation is the
// same one. Not for secrets.
// Threads: a value; one per thread.
#pragma once

#include <array>
#include <cstdint>

namespace engine {

class Random {
public:
    using State = std::array<std::uint64_t, 4>;

    explicit Random(std::uint64_t seed = 0);

    [[nodiscard]] std::uint64_t next(); // 64 uniform bits
    [[nodiscard]] double uniform();     // [0, 1), 53 bits
    [[nodiscard]] double normal();      // mean 0, variance 1; uses two uniforms and keeps nothing
    // [0, bound), without bias; bound > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);

    [[nodiscard]] const State& state() const { return m_state; }
    void setState(const State& state) { m_state = state; }

private:
    State m_state{};
};

} // namespace engine
