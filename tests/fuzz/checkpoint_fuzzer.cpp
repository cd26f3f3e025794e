// checkpoint_fuzzer.cpp: any bytes as a model file: an error or a checkpoint that keeps what it promises, never a crash.
// Run:  build/fuzz/bin/checkpoint_fuzzer -max_len=16384 -rss_limit_mb=1024 CORPUS tests/data/formats
#include "engine/formats/checkpoint.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace engine;

namespace {

// Tensors may share their bytes, so that reading all of them is bounded by the format but not worth the time here.
constexpr std::size_t kEnoughBytes = 1u << 20;

// The program's one file, in memory only; the descriptor's path opens it like any other.
int memoryFile() {
    static const int descriptor = ::memfd_create("model", MFD_CLOEXEC);
    return descriptor;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = memoryFile();
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    const auto checkpoint = Checkpoint::open("/proc/self/fd/" + std::to_string(file));
    if (!checkpoint) {
        const ErrorCode code = checkpoint.error().code;
        if (code == ErrorCode::Internal || code == ErrorCode::OutOfMemory)
            std::abort();
        return 0;
    }
    std::size_t read = 0;
    for (const TensorInfo& tensor : checkpoint->tensors()) {
        if ((read += tensor.bytes.size()) > kEnoughBytes)
            break;
        const auto values = checkpoint->readFloat32(tensor.name, tensor.shape);
        if (values ? values->size() != static_cast<std::size_t>(tensor.elements())
                   : values.error().code != ErrorCode::UnsupportedType)
            std::abort();
    }
    if (read <= kEnoughBytes && checkpoint->fingerprint().size() != 64)
        std::abort();
    return 0;
}
