// thread_clock.h: what a test prints of how long something takes. Never asserted.
// Threads: any; each has a clock of its own.
#pragma once

#include <ctime>

namespace test {

// Processor time of this thread: what others do on the machine does not count.
inline double threadMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

} // namespace test
