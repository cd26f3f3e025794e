#include "engine/core/thread_pool.h"

#include <algorithm>
#include <cassert>
#include <sched.h>
#include <system_error>

namespace engine {

namespace {

// 20 to 150 microseconds, depending on how long the processor makes a pause (100 on Zen 5): longer than the
// gaps inside a decode step, far shorter than a frame.
constexpr int kSpins = 4000;
// If a team member was descheduled, spinning longer only takes time from it.
constexpr int kSpinsBeforeYield = 1000;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

int processorsOfProcess() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) == 0)
        return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

} // namespace

ThreadPool::ThreadPool(int threads) {
    const int count = threads > 0 ? threads : processorsOfProcess();
    m_threads.reserve(static_cast<std::size_t>(count));
    try {
        for (int i = 1; i < count; ++i)
            m_threads.emplace_back([this, i] { work(i); });
    } catch (const std::system_error&) {
        // The system grants no more threads. A smaller team computes the same.
    }
}

ThreadPool::~ThreadPool() {
    m_stopping.store(true, std::memory_order_relaxed);
    m_generation.fetch_add(1, std::memory_order_release);
    m_generation.notify_all();
    for (auto& thread : m_threads)
        thread.join();
}

void ThreadPool::runErased(Call call, void* task) {
    if (m_threads.empty()) {
        call(task, 0);
        return;
    }
    assert(m_running.load(std::memory_order_relaxed) == 0); // neither nested nor from two threads
    m_call = call;
    m_task = task;
    m_running.store(static_cast<int>(m_threads.size()), std::memory_order_relaxed);
    m_generation.fetch_add(1, std::memory_order_release);
    m_generation.notify_all();
    call(task, 0);
    for (int spins = 0; m_running.load(std::memory_order_acquire) > 0; ++spins) {
        if (spins > kSpinsBeforeYield)
            std::this_thread::yield();
        else
            pause();
    }
}

void ThreadPool::work(int index) {
    std::uint32_t seen = 0;
    for (;;) {
        std::uint32_t generation = m_generation.load(std::memory_order_acquire);
        for (int spins = 0; generation == seen && spins < kSpins; ++spins) {
            pause();
            generation = m_generation.load(std::memory_order_acquire);
        }
        if (generation == seen) {
            m_generation.wait(seen, std::memory_order_acquire);
            continue;
        }
        seen = generation;
        if (m_stopping.load(std::memory_order_relaxed))
            return;
        m_call(m_task, index);
        m_running.fetch_sub(1, std::memory_order_release);
    }
}

} // namespace engine
