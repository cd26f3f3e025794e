// file_bytes.h: a file's bytes in memory of our own, each part read when it is asked for.
// Files belong to others. A mapped file kills whoever looks at it after somebody else has cut it short
// (SIGBUS), and changes under the eyes of whoever looks while somebody writes; bytes that were read stay as
// they are. Address space for the whole file is taken at once, memory only for what is read, in huge pages
// where the system has them. A file that somebody changes after open() gives an error from then on, never a
// mixture of old and new.
// Threads: any number of readers.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace engine {

class FileBytes {
public:
    // Errors: FileNotFound, FileUnreadable (also for folders, pipes and devices).
    [[nodiscard]] static Expected<FileBytes> open(const std::filesystem::path& path);
    // The same, with all of it read.
    [[nodiscard]] static Expected<FileBytes> readAll(const std::filesystem::path& path);

    FileBytes(FileBytes&& other) noexcept;
    FileBytes& operator=(FileBytes&& other) noexcept;
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;
    ~FileBytes();

    // Where the file's bytes are once they are read; never moves. Only parts for which read() has succeeded
    // may be looked at: the others are zero, and an error under AddressSanitizer.
    [[nodiscard]] std::span<const std::byte> place() const;
    [[nodiscard]] bool contains(std::span<const std::byte> part) const;

    // Makes `part` of place() readable, with the threads of `pool` if there is one. Costs nothing if it is so
    // already. Errors: FileUnreadable (the file was changed or cut short since open(), or the disk fails).
    [[nodiscard]] Expected<void> read(std::span<const std::byte> part, ThreadPool* pool = nullptr) const;
    // The bytes of `part` for a moment: where they are if they have been read, else copied to `scratch`.
    // Errors: as of read().
    [[nodiscard]] Expected<std::span<const std::byte>> look(std::span<const std::byte> part,
                                                            AlignedBuffer<std::byte>& scratch) const;
    // Gives back the memory of `part`, which nobody may be looking at; read() would read it again.
    void release(std::span<const std::byte> part) const;

private:
    struct State;
    explicit FileBytes(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace engine
