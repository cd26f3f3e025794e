#include "engine/formats/safetensors_reader.h"

#include "engine/formats/checkpoint_builder.h"
#include "engine/formats/safetensors_header.h"
#include "engine/formats/safetensors_naming.h"
#include "engine/formats/safetensors_types.h"
#include "engine/formats/tensor_conversion.h"
#include "engine/formats/tensor_name.h"
#include "engine/formats/tensor_shape.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <set>
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

// One file's header, and the data that its offsets count in.
struct Part {
    std::filesystem::path path;
    std::span<const std::byte> data;
};

Expected<SafetensorsHeader> readHeader(const CheckpointBuilder& builder, Part& part) {
    const std::span<const std::byte> bytes = part.data;
    if (bytes.size() < kLengthBytes)
        return builder.failed(ErrorCode::FileDamaged,
                              "expected at least 8 bytes, found " + std::to_string(bytes.size()));
    if (auto read = builder.read(bytes.first(kLengthBytes)); !read)
        return tl::unexpected(read.error());
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
        return tl::unexpected(read.error());
    const std::string_view json(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, headerBytes);
    if (!json.starts_with('{'))
        return builder.failed(ErrorCode::FileDamaged, "expected the header to begin with {");

    Expected<SafetensorsHeader> header = parseSafetensorsHeader(json);
    if (!header)
        return builder.failed(header.error().code, header.error().message);
    part.data = bytes.subspan(kLengthBytes + headerBytes);
    if (auto covered = checkCoverage(builder, header->entries, part.data.size()); !covered)
        return tl::unexpected(covered.error());
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

Expected<void> addTensor(CheckpointBuilder& builder, TensorNaming naming, Entry& entry,
                         const std::map<std::string, std::string>& metadata,
                         std::span<const std::byte> data) {
    const auto [begin, end] = entry.offsets;
    const auto bytes = data.subspan(begin, end - begin);
    if (const auto blocks = metadata.find(blockTypeKey(entry.name)); blocks != metadata.end())
        return addBlocks(builder, entry, blocks->second, bytes);
    const std::optional<DataType> type = typeFromSafetensors(entry.dtype);
    if (!type)
        return builder.failed(ErrorCode::UnsupportedType, entry.name,
                              "values of type \"" + displayName(entry.dtype) +
                                  "\" cannot be read; convert the model to F32, F16 or BF16");
    OfficialTensor official = officialTensor(naming, officialName(entry.name));
    if (!official.isTransposed)
        return builder.addStored(official.name, *type, std::move(entry.shape), bytes);
    const Expected<std::size_t> expected = byteCount(*type, entry.shape);
    if (entry.shape.size() < 2 || !expected || *expected != bytes.size() || bytes.empty())
        return builder.failed(ErrorCode::FileDamaged, entry.name,
                              "expected a matrix, found " + shapeText(entry.shape) + " in " +
                                  std::to_string(bytes.size()) + " bytes");
    return addTransposed(builder, {std::move(official.name), *type, std::move(entry.shape), bytes});
}

// flash-linear-attention divides by the size of a head where all others divide by 64 (spec/rwkv-models.md section 1).
void setFlaEpsilon(CheckpointBuilder& builder, std::span<const SafetensorsHeader> headers) {
    for (const SafetensorsHeader& header : headers)
        for (const Entry& entry : header.entries)
            if (entry.name == "model.layers.0.attn.r_k" && entry.shape.size() == 2)
                builder.setMetadata("inkgate.group_norm_epsilon", std::to_string(entry.shape[1]) + "e-05");
}

Expected<Checkpoint> readParts(CheckpointBuilder& builder, std::vector<Part> parts) {
    std::vector<SafetensorsHeader> headers;
    for (Part& part : parts) {
        builder.nameInErrors(part.path);
        auto header = readHeader(builder, part);
        if (!header)
            return tl::unexpected(header.error());
        headers.push_back(std::move(*header));
    }
    const TensorNaming naming = namingOf(headers);
    if (naming == TensorNaming::Fla)
        setFlaEpsilon(builder, headers);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        builder.nameInErrors(parts[i].path);
        for (Entry& entry : headers[i].entries)
            if (auto added = addTensor(builder, naming, entry, headers[i].metadata, parts[i].data); !added)
                return tl::unexpected(added.error());
        for (auto& [key, value] : headers[i].metadata)
            if (!key.starts_with(kBlockTypeKey)) // said by the tensors' types
                builder.setMetadata(key, std::move(value));
    }
    return builder.finish();
}

// The files that the index names, each once, in the order of their names.
Expected<std::set<std::string>> filesOfIndex(const CheckpointBuilder& builder) {
    using Json = nlohmann::json;
    const auto damaged = [&](const std::string& what) {
        return builder.failed(ErrorCode::FileDamaged, what);
    };
    const auto text = builder.file();
    if (text.size() > kMaxHeaderBytes)
        return damaged("an index of " + std::to_string(text.size()) + " bytes is not one of a model");
    if (auto read = builder.read(text); !read)
        return tl::unexpected(read.error());
    const auto* const begin = reinterpret_cast<const char*>(text.data());
    // Nothing of an index is nested deeper than a tensor's name.
    const auto isShallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 2; };
    const Json index = Json::parse(begin, begin + text.size(), isShallow, false);
    if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
        return damaged(
            "JSON without a weight_map; to open a model in several files, name its *.safetensors.index.json");
    std::set<std::string> files;
    for (const auto& [tensor, file] : index["weight_map"].items()) {
        if (!file.is_string())
            return damaged("the file of " + displayName(tensor) + " is not a name");
        const auto name = file.get<std::string>();
        // Only files beside the index: a downloaded index may not point elsewhere.
        if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos ||
            name.find('\0') != std::string::npos)
            return damaged("\"" + displayName(name) + "\" is not the name of a file beside it");
        files.insert(name);
    }
    if (files.empty())
        return damaged("the index names no files");
    return files;
}

} // namespace

Expected<Checkpoint> readSafetensors(const std::filesystem::path& path, FileBytes file) {
    CheckpointBuilder builder(path, std::move(file), "safetensors");
    return readParts(builder, {{path, builder.file()}});
}

Expected<Checkpoint> readSafetensorsIndex(const std::filesystem::path& path, FileBytes index) {
    CheckpointBuilder builder(path, std::move(index), "safetensors");
    const auto files = filesOfIndex(builder);
    if (!files)
        return tl::unexpected(files.error());
    std::vector<Part> parts;
    for (const std::string& name : *files) {
        const std::filesystem::path part = path.parent_path() / name;
        auto file = FileBytes::open(part);
        if (!file)
            return failure(file.error().code, file.error().message + "; the model is in " +
                                                  std::to_string(files->size()) +
                                                  " files, which must all lie beside " + path.string());
        parts.push_back({part, builder.addFile(std::move(*file))});
    }
    return readParts(builder, std::move(parts));
}

} // namespace engine
