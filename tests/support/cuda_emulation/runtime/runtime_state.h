// runtime_state.h: what all emulated runtime calls share: one lock, injected errors, settings and counters.
// Threads: any; the lock is held while a RuntimeLock or RuntimeCall lives.
#pragma once

#include "tests/support/cuda_emulation/language/order.h"
#include "tests/support/cuda_emulation/runtime/runtime_errors.h"

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace cuda_emulation {

class RuntimeLock {
public:
    RuntimeLock();

private:
    std::lock_guard<std::recursive_mutex> m_lock; // recursive, as a host function in a stream may end up here
};

// Stands at the beginning of every runtime function.
class RuntimeCall {
public:
    enum class Needs { Device, Nothing };
    explicit RuntimeCall(Needs needs = Needs::Device);

    // Whether this call has to fail, whatever it is asked.
    [[nodiscard]] bool mustFail() const { return m_injected != cudaSuccess; }
    // What to return: the injected error before the call's own one. Remembers it as the thread's last error.
    [[nodiscard]] cudaError_t result(cudaError_t own = cudaSuccess) const;

private:
    RuntimeLock m_lock;
    cudaError_t m_injected;
};

// To be called under the lock.
[[nodiscard]] int deviceCount();
[[nodiscard]] std::size_t memoryLimit();
[[nodiscard]] Order orderOfNextLaunch();
void countLaunch();

} // namespace cuda_emulation
