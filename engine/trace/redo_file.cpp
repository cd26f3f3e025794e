#include "engine/trace/redo_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <string_view>

namespace engine {

namespace {

constexpr std::string_view kMagic = "Inkgate redo 1.\n";
constexpr std::size_t kHeaderBytes = 100; // SQLite's: its change counter tells one state from every other
constexpr std::size_t kBlockHead = 16;    // offset, length

// At the very end of a file that holds a record. Numbers are little-endian.
enum FooterField : std::size_t { kBodyLength, kHashBefore, kHashAfter, kNewSize, kChecksum, kFieldCount };
constexpr std::size_t kFooterBytes = kMagic.size() + kFieldCount * 8;

// FNV-1a: meant for bytes that never reached the disk, not for an enemy.
std::uint64_t hash(std::span<const std::byte> bytes, std::uint64_t state = 0xCBF29CE484222325ULL) {
    for (const std::byte byte : bytes)
        state = (state ^ static_cast<std::uint64_t>(byte)) * 0x100000001B3ULL;
    return state;
}

void append64(std::vector<std::byte>& bytes, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
        bytes.push_back(static_cast<std::byte>(number >> shift));
}

std::uint64_t read64(std::span<const std::byte> bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 8; i-- > 0;)
        number = number << 8 | static_cast<std::uint64_t>(bytes[i]);
    return number;
}

std::int64_t endOf(std::int64_t offset, std::span<const std::byte> block) {
    return offset + static_cast<std::int64_t>(block.size());
}

std::int64_t sizeOf(int descriptor) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 ? status.st_size : 0;
}

} // namespace

int FileCalls::write(int descriptor, std::span<const std::byte> bytes, std::int64_t offset) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : ENOSPC;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += written;
    }
    return 0;
}

int FileCalls::sync(int descriptor) { return ::fdatasync(descriptor) == 0 ? 0 : errno; }

int FileCalls::truncate(int descriptor, std::int64_t size) {
    return ::ftruncate(descriptor, size) == 0 ? 0 : errno;
}

RedoFile::RedoFile(int descriptor, FileCalls& calls)
    : m_descriptor(descriptor)
    , m_calls(calls)
    , m_committed(sizeOf(descriptor))
    , m_size(m_committed)
    , m_end(m_committed)
    , m_header(headerHash(false)) {}

int RedoFile::readDisk(std::span<std::byte> bytes, std::int64_t offset, std::size_t& count) const {
    for (count = 0; count < bytes.size();) {
        const ssize_t got = ::pread(m_descriptor, bytes.data() + count, bytes.size() - count,
                                    offset + static_cast<std::int64_t>(count));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        count += static_cast<std::size_t>(got);
    }
    return 0;
}

int RedoFile::read(std::span<std::byte> bytes, std::int64_t offset, std::size_t& count) const {
    // Behind the committed end there may be a record, which is nobody's business.
    const std::int64_t onDisk = std::clamp<std::int64_t>(m_committed - offset, 0, std::ssize(bytes));
    if (const int error = readDisk(bytes.first(static_cast<std::size_t>(onDisk)), offset, count); error != 0)
        return error;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(count), bytes.end(), std::byte{0});
    const std::int64_t end = endOf(offset, bytes);
    for (const Blocks* blocks : {&m_unapplied, &m_writes}) {
        auto block = blocks->upper_bound(offset);
        if (block != blocks->begin())
            --block;
        for (; block != blocks->end() && block->first < end; ++block) {
            const std::int64_t from = std::max(offset, block->first);
            const std::int64_t to = std::min(end, endOf(block->first, block->second));
            if (from < to)
                std::copy_n(block->second.begin() + (from - block->first), to - from,
                            bytes.begin() + (from - offset));
        }
    }
    count = static_cast<std::size_t>(std::clamp<std::int64_t>(m_size - offset, 0, std::ssize(bytes)));
    return 0;
}

int RedoFile::write(std::span<const std::byte> bytes, std::int64_t offset) {
    const auto next = m_writes.lower_bound(offset);
    const bool isSame =
        next != m_writes.end() && next->first == offset && next->second.size() == bytes.size();
    if (!isSame) {
        const bool meetsNext = next != m_writes.end() && next->first < endOf(offset, bytes);
        const bool meetsLast =
            next != m_writes.begin() && endOf(std::prev(next)->first, std::prev(next)->second) > offset;
        if (meetsNext || meetsLast)
            return EINVAL;
    }
    m_writes[offset].assign(bytes.begin(), bytes.end());
    m_size = std::max(m_size, endOf(offset, bytes));
    return 0;
}

void RedoFile::truncate(std::int64_t size) {
    m_writes.erase(m_writes.lower_bound(size), m_writes.end());
    m_size = size;
}

void RedoFile::undo() {
    m_writes.clear();
    m_size = m_committed;
}

// A transaction that was undone by writing the old bytes again needs no room on a full disk.
void RedoFile::dropUnchanged() {
    std::vector<std::byte> old;
    std::erase_if(m_writes, [&](const Blocks::value_type& block) {
        if (m_unapplied.contains(block.first) || endOf(block.first, block.second) > m_committed)
            return false;
        old.resize(block.second.size());
        std::size_t count = 0;
        return readDisk(old, block.first, count) == 0 && count == old.size() && old == block.second;
    });
}

std::uint64_t RedoFile::headerHash(bool withWrites) const {
    std::array<std::byte, kHeaderBytes> header{};
    std::size_t count = 0;
    if (withWrites)
        (void)read(header, 0, count);
    else
        (void)readDisk(std::span(header).first(
                           static_cast<std::size_t>(std::min<std::int64_t>(kHeaderBytes, m_committed))),
                       0, count);
    return hash(std::span(header).first(count));
}

int RedoFile::putRecord(std::int64_t offset, const Blocks& blocks, std::int64_t newSize) {
    std::vector<std::byte> record;
    for (const auto& [place, block] : blocks) {
        append64(record, static_cast<std::uint64_t>(place));
        append64(record, block.size());
        record.insert(record.end(), block.begin(), block.end());
    }
    const std::uint64_t length = record.size();
    const auto magic = std::as_bytes(std::span(kMagic));
    record.insert(record.end(), magic.begin(), magic.end());
    append64(record, length);
    append64(record, headerHash(false));
    append64(record, headerHash(true));
    append64(record, static_cast<std::uint64_t>(newSize));
    append64(record, hash(record));
    m_end = endOf(offset, record);
    return m_calls.write(m_descriptor, record, offset);
}

int RedoFile::writeBlocks(const Blocks& blocks) const {
    for (const auto& [offset, block] : blocks)
        if (const int error = m_calls.write(m_descriptor, block, offset); error != 0)
            return error;
    return 0;
}

int RedoFile::apply() {
    if (const int error = writeBlocks(m_unapplied); error != 0)
        return error;
    if (const int error = m_calls.sync(m_descriptor); error != 0)
        return error;
    m_unapplied.clear();
    // A record that stays would only be applied once more, to the same end.
    if (m_calls.truncate(m_descriptor, m_committed) == 0)
        m_end = m_committed;
    m_header = headerHash(false);
    return 0;
}

bool RedoFile::isAsLeft() const {
    // With a record that still waits the first bytes may be of before or after it.
    return !m_unapplied.empty() || (sizeOf(m_descriptor) == m_end && headerHash(false) == m_header);
}

int RedoFile::commit() {
    if (!isAsLeft())
        return ESTALE;
    dropUnchanged();
    if (m_writes.empty() && m_size == m_committed)
        return 0;
    const std::int64_t endBefore = m_end;
    // Where nothing but the new end can be, bytes go at once. A record of before that is still needed may be
    // there.
    Blocks behind;
    if (m_end == m_committed)
        while (!m_writes.empty() && std::prev(m_writes.end())->first >= m_committed)
            behind.insert(m_writes.extract(std::prev(m_writes.end())));
    Blocks inside = m_unapplied;
    for (const auto& [offset, block] : m_writes)
        inside[offset] = block;
    inside.erase(inside.lower_bound(m_size), inside.end());

    int error = writeBlocks(behind);
    for (auto& [offset, block] : behind)
        m_writes[offset] = block; // headers and reads see them until all is done
    if (error == 0)
        error = putRecord(std::max(m_end, m_size), inside, m_size);
    if (error == 0)
        error = m_calls.sync(m_descriptor);
    if (error != 0) {
        m_end = m_calls.truncate(m_descriptor, endBefore) == 0 ? endBefore : sizeOf(m_descriptor);
        return error;
    }
    m_writes.clear();
    m_committed = m_size;
    m_unapplied = std::move(inside);
    // From here on it is committed; what the disk refuses now is in the record, and the next commit tries it
    // again.
    (void)apply();
    return 0;
}

int RedoFile::recover() {
    std::vector<std::byte> footer(kFooterBytes);
    std::size_t count = 0;
    const std::int64_t footerAt = m_end - static_cast<std::int64_t>(kFooterBytes);
    if (footerAt < 0)
        return 0;
    if (const int error = readDisk(footer, footerAt, count); error != 0)
        return error;
    if (count != kFooterBytes || std::memcmp(footer.data(), kMagic.data(), kMagic.size()) != 0)
        return 0;
    const auto field = [&footer](FooterField which) {
        return read64(std::span(footer).subspan(kMagic.size() + which * 8, 8));
    };
    const std::uint64_t length = field(kBodyLength);
    const auto newSize = static_cast<std::int64_t>(field(kNewSize));
    if (length > static_cast<std::uint64_t>(footerAt) || newSize < 0 ||
        newSize > footerAt - static_cast<std::int64_t>(length))
        return 0;
    std::vector<std::byte> body(length);
    if (const int error = readDisk(body, footerAt - static_cast<std::int64_t>(length), count); error != 0)
        return error;
    const std::uint64_t checksum = hash(std::span(footer).first(kFooterBytes - 8), hash(body));
    const std::uint64_t header = headerHash(false);
    if (count != length || checksum != field(kChecksum) ||
        (header != field(kHashBefore) && header != field(kHashAfter)))
        return 0;

    std::span<const std::byte> rest = body;
    while (rest.size() >= kBlockHead) {
        const auto offset = static_cast<std::int64_t>(read64(rest));
        const std::uint64_t size = read64(rest.subspan(8));
        rest = rest.subspan(kBlockHead);
        if (offset < 0 || size > rest.size() || offset > newSize - static_cast<std::int64_t>(size)) {
            m_unapplied.clear(); // our checksum on something that is not ours
            return EINVAL;
        }
        m_unapplied[offset].assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
        rest = rest.subspan(size);
    }
    m_committed = m_size = newSize;
    return apply();
}

} // namespace engine
