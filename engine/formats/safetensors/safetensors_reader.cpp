#include "engine/formats/safetensors/safetensors_reader.h"

#include "engine/formats/safetensors/safetensors_header.h"
#include "engine/formats/safetensors/safetensors_types.h"
#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace engine {

namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100ull << 20;

using Entry = SafetensorsHeader::Entry;

// The format wants the tensors to cover the data exactly: nothing twice, nothing left out.
Expected<void> checkCoverage(const CheckpointBuilder& builder, std::vector<Entry>& entries,
                             std::uint64_t dataBytes) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.offsets < b.offsets; });
    std::uint64_t covered = 0;
    for (const Entry& entry : entries) {
        const auto [begin, end] = entry.offsets;
        const std::string range = std::string("[") + std::to_string(begin) + "," + std::to_string(end) + "]";
        if (begin > end)
            return builder.failed(ErrorCode::FileDamaged, entry.name,
                                  "data_offsets " + range + " run backwards");
        if (end > dataBytes)
            return builder.failed(ErrorCode::FileDamaged, entry.name,
                                  "data_offsets " + range + " reach beyond the file, which has " +
                                      std::to_string(dataBytes) +
                                      " bytes of data; the file may be cut short, download it again");
        if (begin != covered)
            return builder.failed(ErrorCode::FileDamaged, entry.name,
                                  "data_offsets " + range +
                                      (begin < covered ? " overlap another tensor" : " leave a hole") +
                                      "; expected them to begin at " + std::to_string(covered));
        covered = end;
    }
    if (covered != dataBytes)
        return builder.failed(ErrorCode::FileDamaged, "expected " + std::to_string(covered) +
                                                          " bytes of data, found " +
                                                          std::to_string(dataBytes));
    return {};
}

// The header, and behind it in `data` what its offsets count in.
Expected<SafetensorsHeader> readHeader(const CheckpointBuilder& builder, std::span<const std::byte> bytes,
                                       std::span<const std::byte>& data) {
    if (bytes.size() < kLengthBytes)
        return builder.failed(ErrorCode::FileDamaged,
                              "expected at least 8 bytes, found " + std::to_string(bytes.size()));
    if (auto read = builder.read(bytes.first(kLengthBytes)); !read)
        return failure(read.error());
    std::uint64_t headerBytes = 0;
    std::memcpy(&headerBytes, bytes.data(), kLengthBytes);
    const std::uint64_t available = bytes.size() - kLengthBytes;
    if (headerBytes > kMaxHeaderBytes)
        return builder.failed(ErrorCode::FileDamaged,
                              "expected a header of at most 100 MiB, found a length of " +
                                  std::to_string(headerBytes) + " bytes");
    if (headerBytes > available)
        return builder.failed(ErrorCode::FileDamaged, "expected a header of " + std::to_string(headerBytes) +
                                                          " bytes, found " + std::to_string(available) +
                                                          "; the file is cut short, download it again");
    if (auto read = builder.read(bytes.subspan(kLengthBytes, headerBytes)); !read)
        return failure(read.error());
    const std::string_view json(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, headerBytes);
    if (!json.starts_with('{'))
        return builder.failed(ErrorCode::FileDamaged, "expected the header to begin with {");

    Expected<SafetensorsHeader> header = parseSafetensorsHeader(json);
    if (!header)
        return builder.failed(header.error().code, header.error().message);
    data = bytes.subspan(kLengthBytes + headerBytes);
    if (auto covered = checkCoverage(builder, header->entries, data.size()); !covered)
        return failure(covered.error());
    return header;
}

// Rows of bytes that the metadata says to be rows of blocks.
Expected<void> addBlocks(CheckpointBuilder& builder, const Entry& entry, std::string_view typeName,
                         std::span<const std::byte> bytes) {
    const auto type = blockTypeFromName(typeName);
    if (!type)
        return builder.failed(ErrorCode::UnsupportedType, entry.name,
                              "blocks of type \"" + displayName(typeName) + "\" cannot be read");
    const auto blockBytes = static_cast<std::int64_t>(bytesPerBlock(*type));
    if (entry.dtype != "U8" || entry.shape.empty() || entry.shape.back() % blockBytes != 0 ||
        entry.shape.back() > static_cast<std::int64_t>(bytes.size()))
        return builder.failed(ErrorCode::FileDamaged, entry.name,
                              "expected rows of whole " + std::string(name(*type)) + " blocks as U8, found " +
                                  shapeText(entry.shape) + " of " + displayName(entry.dtype));
    std::vector<std::int64_t> shape = entry.shape;
    shape.back() = shape.back() / blockBytes * static_cast<std::int64_t>(elementsPerBlock(*type));
    return builder.addStored(entry.name, *type, std::move(shape), bytes);
}

Expected<void> addTensor(CheckpointBuilder& builder, Entry& entry,
                         const std::map<std::string, std::string>& metadata,
                         std::span<const std::byte> data) {
    const auto [begin, end] = entry.offsets;
    const auto bytes = data.subspan(begin, end - begin);
    if (const auto blocks = metadata.find(blockTypeKey(entry.name)); blocks != metadata.end())
        return addBlocks(builder, entry, blocks->second, bytes);
    if (const std::optional<DataType> type = typeFromSafetensors(entry.dtype))
        return builder.addStored(entry.name, *type, std::move(entry.shape), bytes);
    std::string kind = displayName(entry.dtype);
    std::string reason =
        "values of type \"" + kind + "\" cannot be read; convert the model to F32, F16 or BF16";
    builder.addUnread(entry.name, std::move(kind), std::move(entry.shape), std::move(reason));
    return {};
}

} // namespace

bool isSafetensors(std::string_view start) {
    constexpr std::string_view kHighBytes("\0\0\0\0", 4); // of any length that there may be
    return start.size() > kLengthBytes && start[kLengthBytes] == '{' &&
           (!start.starts_with('{') || start.substr(4, 4) == kHighBytes);
}

Expected<void> addSafetensors(CheckpointBuilder& builder, std::span<const std::byte> bytes) {
    std::span<const std::byte> data;
    auto header = readHeader(builder, bytes, data);
    if (!header)
        return failure(header.error());
    for (Entry& entry : header->entries)
        if (auto added = addTensor(builder, entry, header->metadata, data); !added)
            return added;
    for (auto& [key, value] : header->metadata)
        if (!key.starts_with(kBlockTypeKey)) // said by the tensors' types
            builder.setMetadata(key, std::move(value));
    return {};
}

Expected<Checkpoint> readSafetensors(const std::filesystem::path& path, FileBytes file) {
    CheckpointBuilder builder(path, std::move(file), "safetensors");
    if (auto added = addSafetensors(builder, builder.file()); !added)
        return failure(added.error());
    return builder.finish();
}

} // namespace engine
