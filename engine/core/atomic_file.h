// atomic_file.h: a file that appears complete or not at all. Bytes go to a new file in the destination's
// folder; commit() syncs it and renames it over the destination, which until then stays as it was, even if
// the machine loses power. A destination that is a symbolic link is written through; one that exists and is
// no regular file is refused.
// Threads: a value; one at a time.
#pragma once

#include "engine/core/error.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace engine {

class AtomicFile {
public:
    // Errors: WriteFailed (no such folder, no permission, destination is a folder or a device).
    [[nodiscard]] static Expected<AtomicFile> create(const std::filesystem::path& path);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile(); // without commit(): removes what was written

    // Appends. Errors: WriteFailed (disk full, quota, ...); then only destruction makes sense.
    [[nodiscard]] Expected<void> write(std::span<const std::byte> bytes);
    // Call once, last. Errors: WriteFailed; the destination is then as it was before.
    [[nodiscard]] Expected<void> commit();

private:
    AtomicFile() = default;
    [[nodiscard]] Failure failed(int reason) const;

    std::filesystem::path m_destination;
    std::filesystem::path m_temporary; // empty once committed
    int m_descriptor = -1;
};

} // namespace engine
