// sample_rwkv_cpp.h: what rwkv.cpp's converter and quantiser write for a model (docs/spec/formats.md section
// 4), made by hand.
#pragma once

#include "tests/engine/formats/samples/sample_models.h"

namespace samples {

// rwkv.cpp's own numbers.
enum class RwkvCppType : std::int32_t { F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q5_0 = 7, Q5_1 = 8, Q8_0 = 9 };

struct RwkvCppOptions {
    RwkvCppType type = RwkvCppType::F32;
    std::int32_t formatVersion = 101;
};

// Also records where each tensor begins, for tests that cut the file there.
struct RwkvCppSample {
    Bytes bytes;
    std::vector<std::size_t> tensorStarts;
};

[[nodiscard]] RwkvCppSample rwkvCpp(const std::vector<Tensor>& official, Version version, const Sizes& sizes,
                                    const RwkvCppOptions& options = {});

// Single parts, for files that are wrong.
[[nodiscard]] Bytes rwkvCppHeader(std::int32_t version, std::int32_t vocabulary, std::int32_t width,
                                  std::int32_t layers, std::int32_t type);
void appendRwkvCppTensor(Bytes& file, std::string_view name, std::int32_t type,
                         const std::vector<std::int32_t>& sizes, std::span<const std::byte> values);

} // namespace samples
