// mapped_file.h: a file read through the page cache, so that loading a model does not copy it.
// The bytes stay valid as long as the object lives. A file that is truncated by somebody else while mapped would raise
// SIGBUS on access; readers therefore copy what they keep, and model files are expected to stay in place.
// Threads: immutable after open(); any number of readers.
#pragma once

#include "engine/core/error.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace engine {

class MappedFile {
public:
    // Errors: FileNotFound, FileUnreadable (also for folders).
    [[nodiscard]] static Expected<MappedFile> open(const std::filesystem::path& path);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }
    // Lets the system take back the memory of a part that is not needed for now; read again, it comes from the file.
    void release(std::span<const std::byte> part) const;

private:
    MappedFile() = default;
    std::span<const std::byte> m_bytes;
};

} // namespace engine
