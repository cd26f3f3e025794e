// redo_file.h: a file whose writes take effect all or not at all, without any other file beside it. What is
// written waits in memory; commit() puts it on the disk:
//   1. bytes behind the old end go to their place, and a record of all other writes is put behind them; sync
//   2. the writes go to their places; sync
//   3. the record is cut off
// A process killed, or a machine switched off, in 1 leaves the old content with some bytes behind it; in 2
// and 3 it leaves a complete record, from which recover() does the rest. Since the record is inside the file,
// it moves with the file and can meet no other one. A record also names the first bytes of the file before
// and after, and is not applied to others.
// Threads: one at a time. Errors are errno values; 0 is success.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace engine {

// The calls that change a file; tests stop at each of them.
class FileCalls {
public:
    virtual ~FileCalls() = default;
    // All of the bytes.
    [[nodiscard]] virtual int write(int descriptor, std::span<const std::byte> bytes, std::int64_t offset);
    [[nodiscard]] virtual int sync(int descriptor);
    [[nodiscard]] virtual int truncate(int descriptor, std::int64_t size);
};

class RedoFile {
public:
    // The descriptor stays the caller's. Nobody else writes the file from recover() on.
    explicit RedoFile(int descriptor, FileCalls& calls);

    // Finishes a commit that was cut off. Call once, before anything is read.
    [[nodiscard]] int recover();

    // What was written since the last commit included. `count` becomes the bytes that there were.
    [[nodiscard]] int read(std::span<std::byte> bytes, std::int64_t offset, std::size_t& count) const;
    // Blocks written twice must be the same blocks: EINVAL for one that overlaps another in part.
    [[nodiscard]] int write(std::span<const std::byte> bytes, std::int64_t offset);
    void truncate(std::int64_t size);
    // Nothing waits but that the file becomes shorter.
    [[nodiscard]] bool isOnlyCut() const { return m_writes.empty() && m_size < m_committed; }
    [[nodiscard]] std::int64_t size() const { return m_size; }

    // On an error the file is as it was before, and what was written is still waiting. ESTALE: not
    // isAsLeft().
    [[nodiscard]] int commit();
    // False if somebody wrote over the file since it was opened or the last commit: it is not ours any more.
    [[nodiscard]] bool isAsLeft() const;
    // Forgets what was written since the last commit.
    void undo();

private:
    using Blocks = std::map<std::int64_t, std::vector<std::byte>>; // by offset

    [[nodiscard]] int readDisk(std::span<std::byte> bytes, std::int64_t offset, std::size_t& count) const;
    [[nodiscard]] int writeBlocks(const Blocks& blocks) const;
    [[nodiscard]] int putRecord(std::int64_t offset, const Blocks& blocks, std::int64_t newSize);
    [[nodiscard]] int apply();
    void dropUnchanged();
    [[nodiscard]] std::uint64_t headerHash(bool withWrites) const;

    int m_descriptor;
    FileCalls& m_calls;
    Blocks m_writes;          // since the last commit
    Blocks m_unapplied;       // committed, in the record, but not yet in their places: the disk refused them
    std::int64_t m_committed; // size at the last commit
    std::int64_t m_size;
    std::int64_t m_end;         // of what is on the disk, the record included
    std::uint64_t m_header = 0; // hash of the first bytes, as they were left
};

} // namespace engine
