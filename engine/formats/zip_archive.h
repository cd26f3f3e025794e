// zip_archive.h: the members of a zip archive that are stored as they are, found without copying (spec/formats.md section 1.1).
// Only the central directory at the end counts; of a member's local header nothing but its length and name is used, since
// writers that stream leave the rest empty. Archives beyond 4 GiB (zip64) are read, those in several parts are not.
// Every offset and size is checked before use. Checksums are not compared: that would read the whole file.
// Threads: immutable after open(); any number of readers.
#pragma once

#include "engine/core/error.h"

#include <cstddef>
#include <cstdint>
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

    // `bytes` is the whole archive and has to stay where it is. Errors: FileDamaged. Messages name no file.
    [[nodiscard]] static Expected<ZipArchive> open(std::span<const std::byte> bytes);

    [[nodiscard]] const std::vector<Member>& members() const {
        return m_members;
    }                                                              // sorted by name, no two alike
    [[nodiscard]] const Member* find(std::string_view name) const; // null if absent

    // A member's bytes. Errors: FileDamaged, UnsupportedFormat (compressed or encrypted).
    [[nodiscard]] Expected<std::span<const std::byte>> read(const Member& member) const;

private:
    ZipArchive() = default;

    std::span<const std::byte> m_data; // what lies before the central directory
    std::vector<Member> m_members;
};

} // namespace engine
