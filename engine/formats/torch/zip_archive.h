// zip_archive.h: the members of a zip archive that are stored as they are, found without copying
// (docs/spec/formats.md section 1.1). Only the central directory at the end counts; of a member's local
// header nothing but its length and name is used, since writers that stream leave the rest empty. Archives
// beyond 4 GiB (zip64) are read, those in several parts are not. Every offset and size is checked before use.
// Checksums are not compared: that would read the whole file.
// Threads: immutable after open(); any number of readers.
#pragma once

#include "engine/core/error.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace engine {

class ZipArchive {
public:
    struct Member {
        std::string_view name; // in the archive's bytes, which outlive it
        std::uint64_t size = 0, storedSize = 0, localOffset = 0;
        std::uint16_t flags = 0, method = 0;
    };

    // Makes a part of the archive readable before it is looked at, and gives it back.
    using Reader = std::function<Expected<std::span<const std::byte>>(std::span<const std::byte> part)>;

    // `bytes` is where the whole archive lies, or will once `read` has read it; it has to stay there. Errors:
    // FileDamaged and those of `read`. Messages name no file.
    [[nodiscard]] static Expected<ZipArchive> open(std::span<const std::byte> bytes, Reader read);

    [[nodiscard]] const std::vector<Member>& members() const {
        return m_members;
    }                                                              // sorted by name, no two alike
    [[nodiscard]] const Member* find(std::string_view name) const; // null if absent

    // Where a member's bytes lie, not read yet. Errors: FileDamaged, UnsupportedFormat (compressed or
    // encrypted), those of the reader.
    [[nodiscard]] Expected<std::span<const std::byte>> place(const Member& member) const;

private:
    ZipArchive() = default;

    Reader m_read;
    std::span<const std::byte> m_data; // what lies before the central directory
    std::vector<Member> m_members;
};

} // namespace engine
