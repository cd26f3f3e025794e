// fibers.h: functions that can stop in the middle and be continued, each on a stack of its own.
// On x86-64 a switch is a dozen instructions, elsewhere ucontext's. The sanitizers are told of every switch.
// Threads: one fiber runs at a time in the whole process, and the caller sees to that. A fiber may be resumed
// by another host thread than before.
// Limits:  no exception may leave the function. kStackBytes of stack with a guard page below.
#pragma once

#include <cstddef>

namespace cuda_emulation {

class Fiber {
public:
    static constexpr std::size_t kStackBytes = 256 * 1024;

    // Calls run() again and again: each call starts with a resume() and ends with a suspend() of its own.
    explicit Fiber(void (*run)());
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    // Continues the function until it suspends itself or returns.
    void resume();
    // Called in the function: back to whoever resumed this fiber.
    static void suspend();

private:
    static void main();
    void begin(); // once, on the fiber's stack

    void (*m_run)();
    void* m_mapping;
    char* m_stack;           // its lowest byte
    void* m_place = nullptr; // where the fiber goes on: its stack pointer, or its ucontext_t
    void* m_callersPlace = nullptr;
    // What the sanitizers know a stack by.
    [[maybe_unused]] void* m_tsanFiber = nullptr;
    [[maybe_unused]] void* m_callersTsanFiber = nullptr;
    [[maybe_unused]] void* m_fakeStack = nullptr;
    [[maybe_unused]] const void* m_callersStack = nullptr;
    [[maybe_unused]] std::size_t m_callersStackBytes = 0;
};

} // namespace cuda_emulation
