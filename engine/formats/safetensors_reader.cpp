#include "engine/formats/safetensors_reader.h"

#include "engine/formats/checkpoint_builder.h"
#include "engine/formats/safetensors_header.h"
#include "engine/formats/safetensors_types.h"
#include "engine/formats/tensor_name.h"

#include <algorithm>
#include <cstring>
#include <tuple>
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

} // namespace

Expected<Checkpoint> readSafetensors(const std::filesystem::path& path, MappedFile file) {
    CheckpointBuilder builder(path, std::move(file), "safetensors");
    const std::span<const std::byte> bytes = builder.file();
    if (bytes.size() < kLengthBytes)
        return builder.failed(ErrorCode::FileDamaged,
                              "expected at least 8 bytes, found " + std::to_string(bytes.size()));
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
    const std::string_view json(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, headerBytes);
    if (!json.starts_with('{'))
        return builder.failed(ErrorCode::FileDamaged, "expected the header to begin with {");

    Expected<SafetensorsHeader> header = parseSafetensorsHeader(json);
    if (!header)
        return builder.failed(header.error().code, header.error().message);
    const std::span<const std::byte> data = bytes.subspan(kLengthBytes + headerBytes);
    if (auto covered = checkCoverage(builder, header->entries, data.size()); !covered)
        return tl::unexpected(covered.error());
    for (Entry& entry : header->entries) {
        const std::optional<DataType> type = typeFromSafetensors(entry.dtype);
        if (!type)
            return builder.failed(ErrorCode::UnsupportedType, entry.name,
                                  "values of type \"" + displayName(entry.dtype) +
                                      "\" cannot be read; convert the model to F32, F16 or BF16");
        const auto [begin, end] = entry.offsets;
        if (auto added = builder.addMapped(entry.name, *type, std::move(entry.shape),
                                           data.subspan(begin, end - begin));
            !added)
            return tl::unexpected(added.error());
    }
    for (auto& [key, value] : header->metadata)
        builder.setMetadata(key, std::move(value));
    return builder.finish();
}

} // namespace engine
