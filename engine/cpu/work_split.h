// work_split.h: when a loop is worth a second thread, and how its work is cut.
// Waking the team and meeting again costs about a microsecond, in which one core does tens of thousands of
// simple steps; smaller loops run on the caller alone. That keeps decoding of small models quick.
// A step is about one multiply-add on one float32 value.
#pragma once

#include "engine/core/thread_pool.h"

#include <cstddef>
#include <span>

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

// A [tokens, width] result of `rank` steps per value.
struct RankedMap {
    std::size_t width = 0;
    std::size_t rank = 0;
};

// Splits the results of several maps among the threads and calls task(map, tokenBegin, tokenEnd, columnBegin,
// columnEnd): by tokens if there are several per thread. Else each thread gets whole maps, and parts of the
// first and the last of its own at most, so that it reads their factors in long pieces; these are cut at
// multiples of 64, so that no two threads write to one cache line or cut a vector.
template <class Task>
void splitMaps(ThreadPool& pool, std::size_t tokens, std::span<const RankedMap> maps, Task&& task) {
    std::size_t steps = 0;
    for (const RankedMap& map : maps)
        steps += map.width * map.rank;
    if (tokens >= 4 * static_cast<std::size_t>(pool.size())) {
        splitWork(pool, tokens, steps, [&](std::size_t begin, std::size_t end) {
            for (std::size_t m = 0; m < maps.size(); ++m)
                task(m, begin, end, std::size_t{0}, maps[m].width);
        });
        return;
    }
    splitWork(pool, steps, tokens, [&](std::size_t begin, std::size_t end) {
        std::size_t first = 0; // of the map's steps
        for (std::size_t m = 0; m < maps.size(); ++m) {
            const std::size_t width = maps[m].width, rank = maps[m].rank;
            const std::size_t last = first + width * rank;
            const auto columnAt = [=](std::size_t step) {
                return step <= first ? 0 : step >= last ? width : (step - first) / rank / 64 * 64;
            };
            if (columnAt(begin) < columnAt(end))
                task(m, std::size_t{0}, tokens, columnAt(begin), columnAt(end));
            first = last;
        }
    });
}

} // namespace engine
