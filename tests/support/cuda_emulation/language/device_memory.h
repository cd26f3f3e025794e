// device_memory.h: loads and stores with cache hints, atomics and fences.
// Threads: inside a kernel only. As one thread of a kernel runs at a time, an atomic is the plain operation.
// Limits:  the hints do nothing; the fences and the grid dependency of programmatic launches hold anyway.
#pragma once

#include <concepts>
#include <type_traits>

namespace cuda_emulation {

template <class T>
concept AtomicInteger =
    std::same_as<T, int> || std::same_as<T, unsigned> || std::same_as<T, unsigned long long>;

template <class T>
concept Atomic = AtomicInteger<T> || std::same_as<T, float>;

template <class T>
concept AtomicSum = Atomic<T> || std::same_as<T, double>;

// Calls update(old value) for the new one; the old value.
template <class T, class Update> T exchange(T* address, Update update) {
    const T old = *address;
    *address = static_cast<T>(update(old));
    return old;
}

// Signed sums wrap around.
template <class T> T sum(T a, T b) {
    if constexpr (std::same_as<T, int>)
        return static_cast<int>(static_cast<unsigned>(a) + static_cast<unsigned>(b));
    else
        return a + b;
}

} // namespace cuda_emulation

template <class T> T __ldg(const T* p) { return *p; }
template <class T> T __ldca(const T* p) { return *p; }
template <class T> T __ldcg(const T* p) { return *p; }
template <class T> T __ldcs(const T* p) { return *p; }
template <class T> T __ldlu(const T* p) { return *p; }
template <class T> T __ldcv(const T* p) { return *p; }
template <class T> void __stwb(T* p, std::type_identity_t<T> value) { *p = value; }
template <class T> void __stcg(T* p, std::type_identity_t<T> value) { *p = value; }
template <class T> void __stcs(T* p, std::type_identity_t<T> value) { *p = value; }
template <class T> void __stwt(T* p, std::type_identity_t<T> value) { *p = value; }

template <cuda_emulation::AtomicSum T> T atomicAdd(T* address, std::type_identity_t<T> value) {
    return cuda_emulation::exchange(address, [&](T old) { return cuda_emulation::sum(old, value); });
}
template <cuda_emulation::AtomicInteger T> T atomicMax(T* address, std::type_identity_t<T> value) {
    return cuda_emulation::exchange(address, [&](T old) { return old < value ? value : old; });
}
template <cuda_emulation::AtomicInteger T> T atomicMin(T* address, std::type_identity_t<T> value) {
    return cuda_emulation::exchange(address, [&](T old) { return value < old ? value : old; });
}
template <cuda_emulation::AtomicInteger T> T atomicOr(T* address, std::type_identity_t<T> value) {
    return cuda_emulation::exchange(address, [&](T old) { return old | value; });
}
template <cuda_emulation::AtomicInteger T> T atomicAnd(T* address, std::type_identity_t<T> value) {
    return cuda_emulation::exchange(address, [&](T old) { return old & value; });
}
template <cuda_emulation::Atomic T> T atomicExch(T* address, std::type_identity_t<T> value) {
    return cuda_emulation::exchange(address, [&](T) { return value; });
}
template <cuda_emulation::AtomicInteger T>
T atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
    return cuda_emulation::exchange(address, [&](T old) { return old == expected ? value : old; });
}

inline void __threadfence_block() {}
inline void __threadfence() {}
inline void __threadfence_system() {}
inline void cudaGridDependencySynchronize() {}
inline void cudaTriggerProgrammaticLaunchCompletion() {}
