// safetensors_writer.h: writes tensors and string metadata as one safetensors file (docs/spec/formats.md
// section 2). The file appears complete or not at all: it is written beside its destination, synced, and
// renamed over it.
// Threads: a value.
#pragma once

#include "engine/core/data_type.h"
#include "engine/core/error.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace engine {

class SafetensorsWriter {
public:
    // `bytes` must stay valid until write(). Names must be unique.
    void add(std::string name, DataType type, std::vector<std::int64_t> shape,
             std::span<const std::byte> bytes);
    // Converts float32 values to `type` (Float32, Float16, BFloat16, Q8_0, Q4_0) and keeps the result.
    // Errors: InvalidArgument.
    [[nodiscard]] Expected<void> addFloat32(std::string name, DataType type, std::vector<std::int64_t> shape,
                                            std::span<const float> values);
    void setMetadata(std::string key, std::string value);

    // Tensors are laid out in name order, each aligned to 64 bytes through header padding where the format
    // allows it. A symbolic link is written through; a device or pipe is refused.
    // Block types, which safetensors lacks, are written as rows of bytes, and said in the metadata
    // (safetensors_types.h).
    // Errors: InvalidArgument (duplicate name, text that is not UTF-8, sizes that disagree), WriteFailed.
    [[nodiscard]] Expected<void> write(const std::filesystem::path& path) const;

private:
    struct Entry {
        std::string name;
        DataType type;
        std::vector<std::int64_t> shape;
        std::span<const std::byte> bytes;
        std::vector<std::byte> owned; // what `bytes` points into if the writer converted the values
    };
    // The JSON for entries in this order. Errors: InvalidArgument.
    [[nodiscard]] Expected<std::string> header(std::span<const Entry* const> entries) const;

    std::vector<Entry> m_entries;
    std::map<std::string, std::string> m_metadata;
};

} // namespace engine
