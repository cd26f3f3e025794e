// run_test [--level LEVEL] [--needs PATH]... PROGRAM [ARGUMENTS...]: runs a test, unless the machine lacks
// what it needs: then the exit status is 77, "skipped", and ctest's list says so by the test's name.
//   --level  limits the processor to a level (engine/cpu/processor_level.h). A level that it lacks would mean
//            a lower one, which is run anyway.
//   --needs  data of others, which is not in the repository (docs/data.md).
#include "engine/cpu/processor_level.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace {

constexpr int kSkipped = 77, kFailed = 1; // CMakeLists.txt of tests names 77, too

int limitTo(const char* name) {
    const auto level = engine::processorLevelFromName(name);
    if (!level) {
        std::fprintf(stderr, "run_test: there is no level %s\n", name);
        return kFailed;
    }
    if (*level > engine::highestProcessorLevel()) {
        std::printf("skipped: this processor does not have %s\n", name);
        return kSkipped;
    }
    return setenv("INKGATE_CPU", name, 1) == 0 ? 0 : kFailed;
}

int require(const char* path) {
    if (access(path, R_OK) == 0)
        return 0;
    std::printf("skipped: %s is not there (docs/data.md says where it comes from)\n", path);
    return kSkipped;
}

} // namespace

int main(int argc, char** argv) {
    int at = 1;
    for (; at + 2 < argc && std::strncmp(argv[at], "--", 2) == 0; at += 2) {
        const bool isLevel = std::strcmp(argv[at], "--level") == 0;
        if (!isLevel && std::strcmp(argv[at], "--needs") != 0)
            break;
        if (const int status = isLevel ? limitTo(argv[at + 1]) : require(argv[at + 1]); status != 0)
            return status;
    }
    if (at >= argc) {
        std::fprintf(stderr, "run_test: wants a program\n");
        return kFailed;
    }
    execv(argv[at], argv + at);
    std::perror(argv[at]);
    return kFailed;
}
