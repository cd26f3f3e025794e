// thread_pool.h: a fixed team of threads that meet at barriers, for the engine's parallel loops.
// The caller is thread 0 of the team. Between tasks the others spin for a short while (a decode step has
// hundreds of small tasks) and then sleep, so that an idle application uses no processor time.
// oneDNN is called from inside tasks with one OpenMP thread each, so no second team competes for the cores.
// Threads: run() may be called from one thread at a time, which need not be the one that made the pool. run()
// must not be nested. Tasks must not throw.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace engine {

class ThreadPool {
public:
    // 0: as many as the machine has processors for this process. If the system grants fewer threads, the team
    // is smaller.
    explicit ThreadPool(int threads = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] int size() const { return static_cast<int>(m_threads.size()) + 1; }

    // Calls task(index) once on every thread, index 0 .. size()-1, and returns when all are done.
    template <class Task> void run(Task&& task) {
        runErased([](void* t, int index) { (*static_cast<std::remove_reference_t<Task>*>(t))(index); },
                  const_cast<void*>(static_cast<const void*>(&task)));
    }

    // Splits [0, count) into one contiguous range per thread, in multiples of `grain`, and calls task(begin,
    // end) on each that is not empty. The split depends on count, grain and size() only, so results are
    // reproducible. grain > 0.
    template <class Task> void parallelFor(std::size_t count, std::size_t grain, Task&& task) {
        assert(grain > 0);
        if (size() == 1 || count <= grain) {
            if (count > 0)
                task(std::size_t{0}, count);
            return;
        }
        const auto threads = static_cast<std::size_t>(size());
        const std::size_t pieces = (count + grain - 1) / grain;
        run([&](int index) {
            const auto i = static_cast<std::size_t>(index);
            const std::size_t begin = pieces * i / threads * grain;
            const std::size_t end = i + 1 == threads ? count : pieces * (i + 1) / threads * grain;
            if (begin < end)
                task(begin, end);
        });
    }

private:
    using Call = void (*)(void*, int);
    void runErased(Call call, void* task);
    void work(int index);

    std::vector<std::thread> m_threads;
    Call m_call = nullptr;
    void* m_task = nullptr;
    alignas(64) std::atomic<std::uint32_t> m_generation{0};
    alignas(64) std::atomic<int> m_running{0};
    std::atomic<bool> m_stopping{false};
};

} // namespace engine
