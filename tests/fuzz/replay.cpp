// replay.cpp: replay VARIANTS PATH...: a fuzzer for compilers without libFuzzer. Runs every file, those of
// folders too, as it is and in VARIANTS versions that are cut short or have some bytes changed, the same ones
// every time. So the fuzzers' code is built and run by every build's tests; finding new things is
// tests/fuzz/run.sh's work.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
using Files = std::vector<std::filesystem::path>;

Files filesAt(const char* path) {
    if (!std::filesystem::is_directory(path))
        return {path};
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator(path))
        if (entry.is_regular_file())
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

Bytes read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        std::fprintf(stderr, "replay: %s cannot be read\n", path.c_str());
        std::exit(1);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

void run(const Bytes& bytes) {
    // Exactly as large as it is said to be, so that reading beyond the end is noticed.
    const Bytes exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

Bytes variant(Bytes bytes, std::mt19937& random) {
    const auto below = [&](std::size_t end) { return random() % end; };
    if (bytes.empty())
        return bytes;
    if (below(4) == 0) {
        bytes.resize(below(bytes.size()));
        return bytes;
    }
    // Most of what a file says of itself stands at its beginning.
    const std::size_t room = below(2) == 0 ? std::min<std::size_t>(bytes.size(), 1024) : bytes.size();
    for (std::size_t changes = 1 + below(4); changes > 0; --changes)
        bytes[below(room)] = static_cast<std::uint8_t>(below(256));
    return bytes;
}

} // namespace

int main(int argc, char** argv) {
    const int variants = argc > 1 ? std::atoi(argv[1]) : -1;
    if (argc < 3 || variants < 0) {
        std::fputs("usage: replay VARIANTS PATH...\n", stderr);
        return 2;
    }
    std::size_t files = 0;
    for (int i = 2; i < argc; ++i)
        for (const auto& path : filesAt(argv[i])) {
            const Bytes bytes = read(path);
            run(bytes);
            std::mt19937 random(1);
            for (int v = 0; v < variants; ++v)
                run(variant(bytes, random));
            ++files;
        }
    std::printf("%zu files, %d versions of each\n", files, variants + 1);
    return files > 0 ? 0 : 1;
}
