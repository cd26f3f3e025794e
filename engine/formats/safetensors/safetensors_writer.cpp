#include "engine/formats/safetensors/safetensors_writer.h"

#include "engine/core/atomic_file.h"
#include "engine/formats/safetensors/safetensors_types.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_shape.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace engine {

namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMaxHeaderBytes = 100u << 20;
constexpr std::string_view kMetadataKey = "__metadata__";

Failure invalid(std::string_view tensor, const std::string& what) {
    return failure(ErrorCode::InvalidArgument, displayName(tensor) + ": " + what);
}

// Errors: InvalidArgument if `text` is not UTF-8, the only text that JSON can hold.
Expected<std::string> quoted(const std::string& text) {
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
        return invalid(text, "a name or metadata entry is not valid UTF-8");
    }
}

std::string roundUpWithSpaces(std::string header, std::size_t bytesBefore) {
    const std::size_t end = bytesBefore + header.size();
    header.append((kAlignment - end % kAlignment) % kAlignment, ' ');
    return header;
}

} // namespace

void SafetensorsWriter::add(std::string name, DataType type, std::vector<std::int64_t> shape,
                            std::span<const std::byte> bytes) {
    m_entries.push_back({std::move(name), type, std::move(shape), bytes, {}});
}

Expected<void> SafetensorsWriter::addFloat32(std::string name, DataType type, std::vector<std::int64_t> shape,
                                             std::span<const float> values) {
    std::vector<std::byte> converted(values.size() / elementsPerBlock(type) * bytesPerBlock(type));
    if (auto done = fromFloat32(type, values, converted); !done)
        return invalid(name, done.error().message);
    const std::span<const std::byte> bytes = converted; // stays valid when the vector is moved
    m_entries.push_back({std::move(name), type, std::move(shape), bytes, std::move(converted)});
    return {};
}

void SafetensorsWriter::setMetadata(std::string key, std::string value) {
    m_metadata.insert_or_assign(std::move(key), std::move(value));
}

Expected<std::string> SafetensorsWriter::header(std::span<const Entry* const> entries) const {
    std::string json = "{";
    std::map<std::string, std::string> metadata = m_metadata;
    for (const Entry* entry : entries)
        if (isBlockQuantised(entry->type))
            metadata.insert_or_assign(blockTypeKey(entry->name), engine::name(entry->type));
    if (!metadata.empty()) {
        json.append("\"").append(kMetadataKey).append("\":{");
        for (const auto& [key, value] : metadata) {
            const Expected<std::string> quotedKey = quoted(key), quotedValue = quoted(value);
            if (!quotedKey || !quotedValue)
                return quotedKey ? quotedValue : quotedKey;
            json.append(*quotedKey).append(":").append(*quotedValue).append(",");
        }
        json.back() = '}';
        json += ',';
    }
    std::size_t offset = 0;
    for (const Entry* entry : entries) {
        const Expected<std::string> quotedName = quoted(entry->name);
        if (!quotedName)
            return quotedName;
        const std::size_t end = offset + entry->bytes.size();
        DataType type = entry->type;
        std::vector<std::int64_t> shape = entry->shape;
        if (isBlockQuantised(type)) {
            shape.back() = shape.back() / static_cast<std::int64_t>(elementsPerBlock(type)) *
                           static_cast<std::int64_t>(bytesPerBlock(type));
            type = DataType::UInt8;
        }
        json.append(*quotedName).append(":{\"dtype\":\"").append(*safetensorsName(type));
        json.append("\",\"shape\":").append(shapeText(shape)).append(",\"data_offsets\":[");
        json.append(std::to_string(offset)).append(",").append(std::to_string(end)).append("]},");
        offset = end;
    }
    if (json.back() == ',')
        json.back() = '}';
    else
        json += '}';
    if (json.size() + kAlignment > kMaxHeaderBytes)
        return failure(ErrorCode::InvalidArgument, "more names and metadata than the format's 100 MiB");
    return json;
}

Expected<void> SafetensorsWriter::write(const std::filesystem::path& path) const {
    std::vector<const Entry*> entries;
    for (const Entry& entry : m_entries)
        entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(),
              [](const Entry* a, const Entry* b) { return a->name < b->name; });
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Entry& entry = *entries[i];
        if (entry.name == kMetadataKey || (i > 0 && entry.name == entries[i - 1]->name))
            return invalid(entry.name, "a second tensor of this name, or a name the format keeps for itself");
        const Expected<std::size_t> bytes = byteCount(entry.type, entry.shape);
        if (!bytes)
            return invalid(entry.name, bytes.error().message);
        if (*bytes != entry.bytes.size())
            return invalid(entry.name, "expected " + std::to_string(*bytes) + " bytes for " +
                                           shapeText(entry.shape) + ", found " +
                                           std::to_string(entry.bytes.size()));
    }
    Expected<std::string> json = header(entries);
    if (!json)
        return failure(json.error());

    const std::string padded = roundUpWithSpaces(std::move(*json), sizeof(std::uint64_t));
    const std::uint64_t length = padded.size();
    Expected<AtomicFile> file = AtomicFile::create(path);
    if (!file)
        return failure(file.error());
    if (auto written = file->write(std::as_bytes(std::span(&length, 1))); !written)
        return written;
    if (auto written = file->write(std::as_bytes(std::span(padded.data(), padded.size()))); !written)
        return written;
    for (const Entry* entry : entries)
        if (auto written = file->write(entry->bytes); !written)
            return written;
    return file->commit();
}

} // namespace engine
