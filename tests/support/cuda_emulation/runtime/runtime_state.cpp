#include "tests/support/cuda_emulation/runtime/runtime_state.h"
#include "tests/support/cuda_emulation/cuda_emulation.h"

#include <cstdlib>
#include <string>

namespace cuda_emulation {

namespace {

constexpr std::size_t kUsualMemory = std::size_t{8} << 30;

struct State {
    int devices = 1;
    std::size_t memoryLimit = kUsualMemory;
    std::string order;
    cudaError_t plannedError = cudaSuccess;
    int callsUntilError = 0;
    cudaError_t lostDevice = cudaSuccess; // the error by which the device was lost
    std::uint64_t launches = 0;
    std::uint64_t calls = 0;
};

State g_state;
thread_local cudaError_t t_lastError = cudaSuccess;

std::recursive_mutex& mutex() {
    static std::recursive_mutex mutex;
    return mutex;
}

bool losesDevice(cudaError_t error) {
    return error == cudaErrorECCUncorrectable ||
           (error >= cudaErrorIllegalAddress && error <= cudaErrorLaunchFailure &&
            error != cudaErrorLaunchOutOfResources);
}

cudaError_t injectedError() {
    State& state = g_state;
    if (state.lostDevice != cudaSuccess)
        return state.lostDevice;
    if (state.callsUntilError == 0 || --state.callsUntilError > 0)
        return cudaSuccess;
    if (losesDevice(state.plannedError))
        state.lostDevice = state.plannedError;
    return state.plannedError;
}

} // namespace

RuntimeLock::RuntimeLock()
    : m_lock(mutex()) {}

RuntimeCall::RuntimeCall(Needs needs)
    : m_injected(injectedError()) {
    ++g_state.calls;
    if (m_injected == cudaSuccess && needs == Needs::Device && g_state.devices == 0)
        m_injected = cudaErrorNoDevice;
}

cudaError_t RuntimeCall::result(cudaError_t own) const {
    const cudaError_t error = mustFail() ? m_injected : own;
    if (error != cudaSuccess)
        t_lastError = error;
    return error;
}

int deviceCount() { return g_state.devices; }

std::size_t memoryLimit() { return g_state.memoryLimit; }

Order orderOfNextLaunch() {
    if (!g_state.order.empty())
        return {g_state.order, g_state.launches};
    const char* fromEnvironment = std::getenv("CUDA_EMULATION_ORDER");
    return {fromEnvironment != nullptr ? fromEnvironment : "", g_state.launches};
}

void countLaunch() { ++g_state.launches; }

void reset() {
    const RuntimeLock lock;
    g_state = {};
    t_lastError = cudaSuccess;
}

void failAfter(cudaError_t error, int calls) {
    const RuntimeLock lock;
    g_state.plannedError = error;
    g_state.callsUntilError = error == cudaSuccess ? 0 : calls;
}

void setMemoryLimit(std::size_t bytes) {
    const RuntimeLock lock;
    g_state.memoryLimit = bytes;
}

void setDevices(int count) {
    const RuntimeLock lock;
    g_state.devices = count;
}

void setOrder(std::string_view name) {
    const RuntimeLock lock;
    g_state.order = name;
}

std::uint64_t launches() {
    const RuntimeLock lock;
    return g_state.launches;
}

std::uint64_t runtimeCalls() {
    const RuntimeLock lock;
    return g_state.calls;
}

} // namespace cuda_emulation

cudaError_t cudaPeekAtLastError() {
    const cuda_emulation::RuntimeLock lock;
    const cudaError_t lost = cuda_emulation::g_state.lostDevice;
    return lost != cudaSuccess ? lost : cuda_emulation::t_lastError;
}

cudaError_t cudaGetLastError() {
    const cudaError_t error = cudaPeekAtLastError();
    cuda_emulation::t_lastError = cudaSuccess;
    return error;
}
