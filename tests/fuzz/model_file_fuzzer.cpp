// model_file_fuzzer.cpp: any bytes as a model file: an error or a checkpoint that keeps what it promises,
// never a crash. Built once for each format (see CMakeLists.txt), so that the fuzzer cannot wander off into
// another one's reader.
#include "engine/formats/checkpoint.h"
#include "tests/fuzz/memory_file.h"

using namespace engine;

namespace {

// Tensors may share their bytes, so that reading all of them is bounded by the format but not worth the time
// here.
constexpr std::size_t kEnoughBytes = 1u << 20;

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view kStart = INKGATE_FUZZ_START;
    if (!bytes.starts_with(kStart) || (kStart.empty() && bytes.size() > 8 && bytes[8] != '{'))
        return -1; // not worth keeping
    const auto checkpoint = Checkpoint::open(fuzz::memoryFile(data, size));
    if (!checkpoint) {
        const ErrorCode code = checkpoint.error().code;
        if (code == ErrorCode::Internal || code == ErrorCode::OutOfMemory)
            std::abort();
        return 0;
    }
    std::size_t read = 0;
    for (const TensorInfo& tensor : checkpoint->tensors()) {
        if ((read += tensor.place.size()) > kEnoughBytes)
            break;
        const auto values = checkpoint->readFloat32(tensor.name, tensor.shape);
        if (values ? values->size() != static_cast<std::size_t>(tensor.elements())
                   : values.error().code != ErrorCode::UnsupportedType)
            std::abort();
    }
    if (read <= kEnoughBytes && checkpoint->fingerprint()->size() != 64)
        std::abort();
    return 0;
}
