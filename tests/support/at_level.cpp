// at_level LEVEL PROGRAM [ARGUMENTS...]: runs a test with the processor limited to a level
// (engine/cpu/processor_level.h). A level that the processor lacks would mean a lower one, which is run
// anyway; then the exit status is 77, "skipped".
#include "engine/cpu/processor_level.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace {

constexpr int kSkipped = 77, kFailed = 1; // CMakeLists.txt of tests names 77, too

} // namespace

int main(int argc, char** argv) {
    const auto level = argc > 2 ? engine::processorLevelFromName(argv[1]) : std::nullopt;
    if (!level) {
        std::fprintf(stderr, "at_level: wants a level and a program\n");
        return kFailed;
    }
    if (*level > engine::highestProcessorLevel()) {
        std::printf("skipped: this processor does not have %s\n", argv[1]);
        return kSkipped;
    }
    setenv("INKGATE_CPU", argv[1], 1);
    execv(argv[2], argv + 2);
    std::perror(argv[2]);
    return kFailed;
}
