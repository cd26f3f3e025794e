#include "engine/cli/output/standard_output.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

namespace engine {

namespace {

// The reason of the last failed write is long forgotten by the streams, but what standard output is tells as
// much.
std::string problem() {
    struct stat info = {};
    const bool isOpen = ::fstat(STDOUT_FILENO, &info) == 0;
    if (isOpen && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)))
        return "standard output: the program that read it has ended, so the rest was not written";
    return "standard output: the result could not be written; check the disk's free space";
}

} // namespace

std::optional<std::string> withStandardOutput(const std::function<void()>& action) {
    // A reader that has gone is an error of write() like others, not the end of the program without a word.
    std::signal(SIGPIPE, SIG_IGN);
    const std::ios_base::iostate before = std::cout.exceptions();
    std::cout.exceptions(std::ios_base::badbit | std::ios_base::failbit);
    bool isWritten = true;
    try {
        action();
        std::cout.flush();
    } catch (const std::ios_base::failure&) {
        if (!std::cout.fail()) // another stream's
            throw;
        isWritten = false;
    }
    std::cout.clear();
    std::cout.exceptions(before);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        isWritten = false;
    return isWritten ? std::nullopt : std::optional(problem());
}

void openStandardStreams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF)
            // Each takes the lowest number that is free. Written to, it fails as a closed one does.
            (void)::open("/dev/null", O_RDONLY);
}

} // namespace engine
