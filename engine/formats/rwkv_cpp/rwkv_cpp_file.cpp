#include "engine/formats/rwkv_cpp/rwkv_cpp_file.h"

#include "engine/formats/tensors/byte_reader.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace engine {

namespace {

constexpr std::int32_t kOldVersion = 100; // quantised blocks of that version had another layout
constexpr std::int32_t kVersion = 101;
constexpr std::int32_t kMaxNameBytes = 1024;
constexpr std::size_t kHeaderNumbers = 6;
// Of the file's header, and of a tensor's: three numbers, as many sizes, the name.
constexpr std::size_t kMaxHeadBytes = 6 * sizeof(std::int32_t) + kMaxNameBytes;

// The numbers are rwkv.cpp's own and differ from ggml's.
std::optional<DataType> typeFromCode(std::int32_t code) {
    switch (code) {
    case 0: return DataType::Float32;
    case 1: return DataType::Float16;
    case 2: return DataType::Q4_0;
    case 3: return DataType::Q4_1;
    case 7: return DataType::Q5_0;
    case 8: return DataType::Q5_1;
    case 9: return DataType::Q8_0;
    default: return std::nullopt;
    }
}

class Parser {
public:
    explicit Parser(const CheckpointBuilder& builder)
        : m_builder(builder)
        , m_bytes(builder.file()) {}

    Expected<RwkvCppFile> parse() {
        RwkvCppFile file;
        if (auto read = readAhead(); !read)
            return failure(read.error());
        if (auto header = readHeader(file); !header)
            return failure(header.error());
        while (!m_bytes.atEnd()) {
            if (auto read = readAhead(); !read)
                return failure(read.error());
            Expected<StoredTensor> tensor = readTensor();
            if (!tensor)
                return failure(tensor.error());
            file.tensors.push_back(std::move(*tensor));
        }
        return file;
    }

private:
    [[nodiscard]] Failure damaged(const std::string& what) const {
        return m_builder.failed(ErrorCode::FileDamaged, what);
    }

    [[nodiscard]] Failure cutShort(std::string_view within) const {
        return damaged("the file ends within " + std::string(within) +
                       "; it is cut short, download it again");
    }

    Expected<void> readHeader(RwkvCppFile& file) {
        std::array<std::int32_t, kHeaderNumbers> numbers{};
        if (!m_bytes.takeNumbers(numbers))
            return cutShort("its header");
        const auto [magic, version, vocabulary, width, layers, code] = numbers;
        if (version != kOldVersion && version != kVersion)
            return m_builder.failed(ErrorCode::UnsupportedFormat,
                                    "expected version 100 or 101 of the rwkv.cpp format, found " +
                                        std::to_string(version));
        if (vocabulary < 1 || width < 1 || layers < 1)
            return damaged("expected positive sizes in the header, found vocabulary " +
                           std::to_string(vocabulary) + ", width " + std::to_string(width) + ", layers " +
                           std::to_string(layers));
        m_isOldVersion = version == kOldVersion;
        if (auto type = readType(code); !type)
            return m_builder.failed(type.error().code, type.error().message);
        file.vocabulary = vocabulary;
        file.width = width;
        file.layers = layers;
        return {};
    }

    // Values are skipped, so what stands before them is all that has to be read.
    [[nodiscard]] Expected<void> readAhead() const {
        const std::span<const std::byte> rest = m_builder.file().last(m_bytes.remaining());
        if (auto read = m_builder.read(rest.first(std::min(rest.size(), kMaxHeadBytes))); !read)
            return failure(read.error());
        return {};
    }

    [[nodiscard]] Expected<DataType> readType(std::int32_t code) const {
        const std::optional<DataType> type = typeFromCode(code);
        if (!type)
            return failure(ErrorCode::UnsupportedType,
                           "type code " + std::to_string(code) +
                               " is not one of f32, f16, q4_0, q4_1, q5_0, q5_1, q8_0");
        if (m_isOldVersion && isBlockQuantised(*type))
            return failure(
                ErrorCode::UnsupportedType,
                std::string(name(*type)) +
                    " of version 100 has an outdated layout; quantise the model again with a newer rwkv.cpp");
        return *type;
    }

    Expected<StoredTensor> readTensor() {
        std::array<std::int32_t, 3> head{};
        if (!m_bytes.takeNumbers(head))
            return cutShort("the head of a tensor");
        const auto [dimensions, nameBytes, code] = head;
        if (dimensions < 1 || dimensions > 3)
            return damaged("expected a tensor of 1 to 3 dimensions, found " + std::to_string(dimensions));
        if (nameBytes < 1 || nameBytes > kMaxNameBytes)
            return damaged("expected a tensor name of 1 to 1024 bytes, found " + std::to_string(nameBytes));
        std::array<std::int32_t, 3> sizes{};
        const bool hasSizes = m_bytes.takeNumbers(sizes, static_cast<std::size_t>(dimensions));
        const auto nameSpan = hasSizes ? m_bytes.take(static_cast<std::size_t>(nameBytes)) : std::nullopt;
        if (!nameSpan)
            return cutShort("the head of a tensor");

        StoredTensor tensor;
        tensor.name.assign(reinterpret_cast<const char*>(nameSpan->data()), nameSpan->size());
        if (!isPlausibleName(tensor.name))
            return damaged("expected " + std::string(kPlausibleName) + ", found other bytes");
        const Expected<DataType> type = readType(code);
        if (!type)
            return m_builder.failed(type.error().code, tensor.name, type.error().message);
        tensor.type = *type;
        tensor.shape.assign(sizes.begin(), sizes.begin() + dimensions);
        std::reverse(tensor.shape.begin(), tensor.shape.end());
        const Expected<std::size_t> bytes = byteCount(tensor.type, tensor.shape);
        if (!bytes)
            return m_builder.failed(bytes.error().code, tensor.name, bytes.error().message);
        const std::size_t remaining = m_bytes.remaining();
        const auto values = m_bytes.take(*bytes);
        if (!values)
            return m_builder.failed(ErrorCode::FileDamaged, tensor.name,
                                    "expected " + std::to_string(*bytes) + " bytes for " +
                                        shapeText(tensor.shape) + " of " + std::string(name(tensor.type)) +
                                        ", found " + std::to_string(remaining) +
                                        "; the file is cut short, download it again");
        tensor.bytes = *values;
        return tensor;
    }

    const CheckpointBuilder& m_builder;
    ByteReader m_bytes;
    bool m_isOldVersion = false;
};

} // namespace

Expected<RwkvCppFile> parseRwkvCppFile(const CheckpointBuilder& builder) { return Parser(builder).parse(); }

} // namespace engine
