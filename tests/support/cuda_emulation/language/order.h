// order.h: in which order the emulation runs what CUDA leaves unordered: threads, blocks, branches of a
// graph. Correct kernels give the same result in every order; a missing barrier shows as a difference.
// Threads: one object per launch, used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace cuda_emulation {

class Order {
public:
    // "" and "forward": lowest number first, so that early threads run as far ahead as barriers let them.
    // "reverse": highest first. "random:<seed>": any, the same again for the same seed and launch. Aborts on
    // anything else.
    Order(std::string_view name, std::uint64_t launch);

    // Which of `count` things that stand in ascending order is the next one. count > 0.
    [[nodiscard]] std::size_t pick(std::size_t count);
    // 0 .. count-1 in the order in which to run them.
    [[nodiscard]] std::vector<std::size_t> arrangement(std::size_t count);

private:
    enum class Kind { Forward, Reverse, Random };
    Kind m_kind = Kind::Forward;
    std::mt19937_64 m_random;
};

} // namespace cuda_emulation
