// file_size_limit.h: a full disk for tests: writes beyond a limit on the size of files fail as they do there.
// Threads: the limit is the whole process's.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <csignal>

namespace test {

// RLIM_INFINITY: none.
inline void limitFileSize(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN); // the write fails instead
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    setrlimit(RLIMIT_FSIZE, &limit);
}

} // namespace test
