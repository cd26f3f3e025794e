// work_split.h: when a loop is worth a second thread, and how its work is cut.
// Waking the team and meeting again costs about a microsecond, in which one core does tens of thousands of
// simple steps; smaller loops run on the caller alone. That keeps decoding of small models quick.
// A step is about one multiply-add on one float32 value.
#pragma once

#include "engine/core/thread_pool.h"

#include <cstddef>

namespace engine {

// Measured on 2 cores of a Zen 5 EPYC: below this one thread is as fast as two.
inline constexpr std::size_t kStepsWorthAThread = 65536;

// Calls task(begin, end) for ranges of [0, count) that together cover it, in multiples of `grain`; `steps` is
// one item's cost.
template <class Task>
void splitWork(ThreadPool& pool, std::size_t count, std::size_t steps, Task&& task, std::size_t grain = 1) {
    if (count * steps < kStepsWorthAThread) {
        if (count > 0)
            task(std::size_t{0}, count);
        return;
    }
    pool.parallelFor(count, grain, task);
}

// Splits a [tokens, width] result of `steps` per value among the threads and calls
// task(tokenBegin, tokenEnd, columnBegin, columnEnd): by tokens if there are several per thread, else by
// columns, in multiples of 64 so that no two threads write to one cache line or cut a vector.
template <class Task>
void splitTokensOrColumns(ThreadPool& pool, std::size_t tokens, std::size_t width, std::size_t steps,
                          Task&& task) {
    if (tokens >= 4 * static_cast<std::size_t>(pool.size())) {
        splitWork(pool, tokens, width * steps,
                  [&](std::size_t begin, std::size_t end) { task(begin, end, std::size_t{0}, width); });
        return;
    }
    splitWork(
        pool, width, tokens * steps,
        [&](std::size_t begin, std::size_t end) { task(std::size_t{0}, tokens, begin, end); }, 64);
}

} // namespace engine
