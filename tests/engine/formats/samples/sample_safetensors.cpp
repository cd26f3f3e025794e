#include "tests/engine/formats/samples/sample_safetensors.h"

namespace samples {

Bytes safetensors(std::string_view header, std::size_t dataBytes,
                  std::optional<std::uint64_t> claimedLength) {
    Bytes bytes;
    appendValue(bytes, claimedLength.value_or(header.size()));
    append(bytes, std::span(header));
    for (std::size_t i = 0; i < dataBytes; ++i)
        bytes.push_back(static_cast<std::byte>(i));
    return bytes;
}

Bytes safetensors(const std::vector<Tensor>& model) {
    std::string header = R"({"__metadata__":{"title":"a sample"})";
    Bytes data;
    for (const Tensor& tensor : model) {
        const std::size_t begin = data.size();
        append(data, std::span<const float>(tensor.values));
        std::string shape;
        for (const std::int64_t dimension : tensor.shape)
            shape += (shape.empty() ? "" : ", ") + std::to_string(dimension);
        header += ", \"" + tensor.name + "\": {\"dtype\": \"F32\", \"shape\": [" + shape +
                  "], \"data_offsets\": [" + std::to_string(begin) + ", " + std::to_string(data.size()) +
                  "]}";
    }
    Bytes bytes = safetensors(header + "}   ", 0);
    append(bytes, std::span<const std::byte>(data));
    return bytes;
}

} // namespace samples
