// sample_models.h: small models in official names, shapes and orientations (docs/spec/rwkv-models.md section
// 7), which the tests store in every format and expect to read again. Values are arbitrary, the same at every
// call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace samples {

enum class Version { V5_2, V6, V7 };

struct Sizes {
    std::int64_t layers = 2, vocabulary = 4, heads = 2, headSize = 4, feedForward = 8, rank = 2;
    [[nodiscard]] std::int64_t width() const { return heads * headSize; }
};
// Rows of whole blocks, as quantised files need.
inline constexpr Sizes kBlockSizes = {2, 32, 2, 16, 64, 32};

struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values; // -8/64 .. 7/64 in steps of 1/64: exact in every floating and block type;
                               // decays: spread over their range
};

[[nodiscard]] std::vector<Tensor> officialModel(Version version, const Sizes& sizes);

// The last two dimensions swapped.
[[nodiscard]] Tensor transposed(const Tensor& tensor);

using Bytes = std::vector<std::byte>;
void appendBytes(Bytes& bytes, std::span<const std::byte> added);
template <class T> void append(Bytes& bytes, std::span<const T> values) {
    appendBytes(bytes, std::as_bytes(values));
}
template <class T> void appendValue(Bytes& bytes, const T& value) {
    append(bytes, std::span<const T>(&value, 1));
}

void writeFile(const std::filesystem::path& path, std::span<const std::byte> bytes);

} // namespace samples
