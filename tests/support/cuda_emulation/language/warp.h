// warp.h: shuffles, votes and reductions within a warp, all built on meetings of its lanes.
// Threads: inside a kernel only.
// Limits:  partial masks work if all lanes named call the same function with the same mask. A value from a
// lane that did not take part, undefined in CUDA, has all bits set. __activemask() names all lanes that have
// not returned, also where the warp has diverged.
#pragma once

#include "tests/support/cuda_emulation/language/grid.h"

#include <concepts>
#include <cstdint>
#include <cstring>

namespace cuda_emulation {

template <class T>
concept Shuffled = std::same_as<T, int> || std::same_as<T, unsigned> || std::same_as<T, long> ||
    std::same_as<T, unsigned long> || std::same_as<T, long long> || std::same_as<T, unsigned long long> ||
    std::same_as<T, float> || std::same_as<T, double>;

// Brings `value` to a meeting and returns that of the lane which laneFor(own lane) names.
template <Shuffled T, class LaneFor>
T shuffle(const char* operation, unsigned mask, T value, LaneFor laneFor) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    const WarpValues& all = meetWarp(operation, mask, bits);
    const unsigned source = laneFor(lane());
    bits = (all.lanes >> source & 1) != 0 ? all.value[source] : ~std::uint64_t{0};
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

template <class T, class Combine> T reduce(const char* operation, unsigned mask, T value, Combine combine) {
    const WarpValues& all = meetWarp(operation, mask, static_cast<std::uint32_t>(value));
    bool isFirst = true;
    for (unsigned i = 0; i < 32; ++i) {
        if ((all.lanes >> i & 1) == 0)
            continue;
        const T other = static_cast<T>(static_cast<std::uint32_t>(all.value[i]));
        value = isFirst ? other : combine(value, other);
        isFirst = false;
    }
    return value;
}

inline unsigned vote(const char* operation, unsigned mask, bool predicate) {
    const WarpValues& all = meetWarp(operation, mask, predicate ? 1 : 0);
    unsigned lanes = 0;
    for (unsigned i = 0; i < 32; ++i)
        if ((all.lanes >> i & 1) != 0 && all.value[i] != 0)
            lanes |= 1u << i;
    return lanes;
}

} // namespace cuda_emulation

template <cuda_emulation::Shuffled T> T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
    const auto w = static_cast<unsigned>(width);
    return cuda_emulation::shuffle("__shfl_sync", mask, value, [=](unsigned lane) {
        return (lane & ~(w - 1)) | (static_cast<unsigned>(source) & (w - 1));
    });
}

template <cuda_emulation::Shuffled T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const auto w = static_cast<unsigned>(width);
    return cuda_emulation::shuffle("__shfl_up_sync", mask, value, [=](unsigned lane) {
        return (lane & (w - 1)) < delta ? lane : lane - delta;
    });
}

template <cuda_emulation::Shuffled T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const auto w = static_cast<unsigned>(width);
    return cuda_emulation::shuffle("__shfl_down_sync", mask, value, [=](unsigned lane) {
        return delta >= w - (lane & (w - 1)) ? lane : lane + delta;
    });
}

// A group of `width` lanes may read from groups below it, but not from those above.
template <cuda_emulation::Shuffled T>
T __shfl_xor_sync(unsigned mask, T value, int laneMask, int width = 32) {
    const auto w = static_cast<unsigned>(width);
    return cuda_emulation::shuffle("__shfl_xor_sync", mask, value, [=](unsigned lane) {
        const unsigned source = lane ^ (static_cast<unsigned>(laneMask) & 31);
        return source > (lane | (w - 1)) ? lane : source;
    });
}

inline void __syncwarp(unsigned mask = 0xffffffff) { cuda_emulation::meetWarp("__syncwarp", mask, 0); }
inline unsigned __activemask() { return cuda_emulation::liveLanes(); }
inline unsigned __ballot_sync(unsigned mask, int predicate) {
    return cuda_emulation::vote("__ballot_sync", mask, predicate != 0);
}
inline int __any_sync(unsigned mask, int predicate) {
    return cuda_emulation::vote("__any_sync", mask, predicate != 0) != 0;
}
inline int __all_sync(unsigned mask, int predicate) {
    return cuda_emulation::vote("__all_sync", mask, predicate == 0) == 0;
}

inline unsigned __reduce_add_sync(unsigned mask, unsigned value) {
    return cuda_emulation::reduce("__reduce_add_sync", mask, value,
                                  [](unsigned a, unsigned b) { return a + b; });
}
inline int __reduce_add_sync(unsigned mask, int value) {
    return static_cast<int>(__reduce_add_sync(mask, static_cast<unsigned>(value)));
}
inline unsigned __reduce_max_sync(unsigned mask, unsigned value) {
    return cuda_emulation::reduce("__reduce_max_sync", mask, value,
                                  [](unsigned a, unsigned b) { return a > b ? a : b; });
}
inline int __reduce_max_sync(unsigned mask, int value) {
    return cuda_emulation::reduce("__reduce_max_sync", mask, value,
                                  [](int a, int b) { return a > b ? a : b; });
}
inline unsigned __reduce_min_sync(unsigned mask, unsigned value) {
    return cuda_emulation::reduce("__reduce_min_sync", mask, value,
                                  [](unsigned a, unsigned b) { return a < b ? a : b; });
}
inline int __reduce_min_sync(unsigned mask, int value) {
    return cuda_emulation::reduce("__reduce_min_sync", mask, value,
                                  [](int a, int b) { return a < b ? a : b; });
}
