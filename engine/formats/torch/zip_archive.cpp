#include "engine/formats/torch/zip_archive.h"

#include "engine/formats/tensors/tensor_name.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>

namespace engine {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50,
                        kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr std::size_t kLocalHeaderBytes = 30, kDirectoryEntryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                      kEnd64LocatorBytes = 20;
constexpr std::size_t kMaxCommentBytes = 0xFFFF;
constexpr std::uint16_t kEncrypted = 1u << 0 | 1u << 6 | 1u << 13; // plain, strong, hidden directory
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint32_t kIn64BitField = 0xFFFFFFFF; // stands where the number itself does not fit

// `at` and the number's bytes have to be within `bytes`.
template <class T> T numberAt(Bytes bytes, std::size_t at) {
    static_assert(std::is_unsigned_v<T>);
    T number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

bool hasRecord(Bytes bytes, std::uint64_t at, std::uint32_t signature, std::size_t size) {
    return at <= bytes.size() && bytes.size() - at >= size && numberAt<std::uint32_t>(bytes, at) == signature;
}

std::string_view textAt(Bytes bytes, std::size_t at, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes.data()) + at, size};
}

Failure damaged(const std::string& what) { return failure(ErrorCode::FileDamaged, what); }

Failure damagedMember(std::string_view name, const std::string& what) {
    return damaged("member " + displayName(name) + " " + what);
}

// Where the end record begins: the last one whose comment reaches exactly to the end of the file.
std::optional<std::size_t> findEnd(Bytes bytes) {
    for (std::size_t comment = 0; comment <= kMaxCommentBytes && kEndBytes + comment <= bytes.size();
         ++comment) {
        const std::size_t at = bytes.size() - kEndBytes - comment;
        if (numberAt<std::uint32_t>(bytes, at) == kEnd && numberAt<std::uint16_t>(bytes, at + 20) == comment)
            return at;
    }
    return std::nullopt;
}

struct Directory {
    std::uint64_t offset = 0, size = 0, entries = 0;
};

Expected<Directory> readEnd64(Bytes bytes, std::size_t locator, const ZipArchive::Reader& read) {
    const auto at = numberAt<std::uint64_t>(bytes, locator + 8);
    if (at <= locator && locator - at >= kEnd64Bytes)
        if (auto done = read(bytes.subspan(at, kEnd64Bytes)); !done)
            return failure(done.error());
    if (!hasRecord(bytes.first(locator), at, kEnd64, kEnd64Bytes))
        return damaged("the archive's zip64 end record is not where the end of the file says");
    const auto entries = numberAt<std::uint64_t>(bytes, at + 32);
    if (numberAt<std::uint64_t>(bytes, at + 16) != 0 || numberAt<std::uint64_t>(bytes, at + 24) != entries)
        return damaged("the archive is one part of several; join them first");
    return Directory{.offset = numberAt<std::uint64_t>(bytes, at + 48),
                     .size = numberAt<std::uint64_t>(bytes, at + 40),
                     .entries = entries};
}

Expected<Directory> findDirectory(Bytes bytes, const ZipArchive::Reader& read) {
    constexpr std::size_t kMaxEndBytes = kEnd64LocatorBytes + kEndBytes + kMaxCommentBytes;
    if (auto done = read(bytes.last(std::min(bytes.size(), kMaxEndBytes))); !done)
        return failure(done.error());
    const std::optional<std::size_t> end = findEnd(bytes);
    if (!end)
        return damaged("the zip archive's end is missing; the file is cut short, download it again");
    Expected<Directory> directory = Directory{.offset = numberAt<std::uint32_t>(bytes, *end + 16),
                                              .size = numberAt<std::uint32_t>(bytes, *end + 12),
                                              .entries = numberAt<std::uint16_t>(bytes, *end + 10)};
    std::size_t behind = *end;
    if (behind >= kEnd64LocatorBytes &&
        hasRecord(bytes, behind - kEnd64LocatorBytes, kEnd64Locator, kEnd64LocatorBytes)) {
        behind -= kEnd64LocatorBytes;
        directory = readEnd64(bytes, behind, read);
        if (!directory)
            return directory;
    } else if (numberAt<std::uint32_t>(bytes, *end + 4) != 0 ||
               numberAt<std::uint16_t>(bytes, *end + 8) != directory->entries) {
        return damaged("the archive is one part of several; join them first");
    }
    if (directory->offset > behind || directory->size > behind - directory->offset)
        return damaged("the archive's directory of " + std::to_string(directory->size) + " bytes at " +
                       std::to_string(directory->offset) + " reaches beyond its place in the file");
    if (directory->entries > directory->size / kDirectoryEntryBytes)
        return damaged("the archive's directory claims " + std::to_string(directory->entries) +
                       " members in " + std::to_string(directory->size) + " bytes");
    return directory;
}

// Numbers that do not fit into 32 bits stand in the zip64 field, in this order, and only those.
Expected<void> readZip64Field(Bytes extra, ZipArchive::Member& member) {
    std::uint64_t* const wanted[] = {&member.size, &member.storedSize, &member.localOffset};
    const auto isIn64BitField = [](const std::uint64_t* number) { return *number == kIn64BitField; };
    if (std::none_of(std::begin(wanted), std::end(wanted), isIn64BitField))
        return {};
    while (extra.size() >= 4) {
        const auto id = numberAt<std::uint16_t>(extra, 0);
        const std::size_t size = numberAt<std::uint16_t>(extra, 2);
        extra = extra.subspan(4);
        if (size > extra.size())
            break;
        if (id != kZip64Field) {
            extra = extra.subspan(size);
            continue;
        }
        Bytes numbers = extra.first(size);
        for (std::uint64_t* const number : wanted) {
            if (!isIn64BitField(number))
                continue;
            if (numbers.size() < sizeof *number)
                return damagedMember(member.name, "has a zip64 field that is too short");
            *number = numberAt<std::uint64_t>(numbers, 0);
            numbers = numbers.subspan(sizeof *number);
        }
        return {};
    }
    return damagedMember(member.name, "lacks the zip64 field for its size");
}

// Takes one entry from the front of `directory`.
Expected<ZipArchive::Member> takeEntry(Bytes& directory) {
    if (!hasRecord(directory, 0, kDirectoryEntry, kDirectoryEntryBytes))
        return damaged("the archive's directory has fewer members than it claims");
    const std::size_t name = numberAt<std::uint16_t>(directory, 28),
                      extra = numberAt<std::uint16_t>(directory, 30),
                      comment = numberAt<std::uint16_t>(directory, 32);
    if (name + extra + comment > directory.size() - kDirectoryEntryBytes)
        return damaged("a name in the archive's directory reaches beyond it");
    ZipArchive::Member member;
    member.name = textAt(directory, kDirectoryEntryBytes, name);
    member.flags = numberAt<std::uint16_t>(directory, 8);
    member.method = numberAt<std::uint16_t>(directory, 10);
    member.storedSize = numberAt<std::uint32_t>(directory, 20);
    member.size = numberAt<std::uint32_t>(directory, 24);
    member.localOffset = numberAt<std::uint32_t>(directory, 42);
    if (auto read = readZip64Field(directory.subspan(kDirectoryEntryBytes + name, extra), member); !read)
        return failure(read.error());
    directory = directory.subspan(kDirectoryEntryBytes + name + extra + comment);
    return member;
}

} // namespace

Expected<ZipArchive> ZipArchive::open(std::span<const std::byte> bytes, Reader read) {
    const Expected<Directory> directory = findDirectory(bytes, read);
    if (!directory)
        return failure(directory.error());
    ZipArchive archive;
    archive.m_data = bytes.first(directory->offset);
    Bytes entries = bytes.subspan(directory->offset, directory->size);
    if (auto done = read(entries); !done)
        return failure(done.error());
    archive.m_read = std::move(read);
    for (std::uint64_t i = 0; i < directory->entries; ++i) {
        const Expected<Member> member = takeEntry(entries);
        if (!member)
            return failure(member.error());
        archive.m_members.push_back(*member);
    }
    auto& members = archive.m_members;
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return a.name < b.name; });
    const auto twin = std::adjacent_find(members.begin(), members.end(),
                                         [](const Member& a, const Member& b) { return a.name == b.name; });
    if (twin != members.end())
        return damaged("the archive has two members called " + displayName(twin->name));
    return archive;
}

const ZipArchive::Member* ZipArchive::find(std::string_view name) const {
    const auto found =
        std::lower_bound(m_members.begin(), m_members.end(), name,
                         [](const Member& member, std::string_view n) { return member.name < n; });
    return found != m_members.end() && found->name == name ? &*found : nullptr;
}

Expected<std::span<const std::byte>> ZipArchive::place(const Member& member) const {
    if ((member.flags & kEncrypted) != 0)
        return failure(ErrorCode::UnsupportedFormat, "member " + displayName(member.name) +
                                                         " is encrypted; save the model without a password");
    if (member.method != 0)
        return failure(ErrorCode::UnsupportedFormat,
                       "member " + displayName(member.name) +
                           " is compressed; expected it stored as it is, the way torch.save writes it");
    if (member.storedSize != member.size)
        return damagedMember(member.name, "is stored as it is, but in " + std::to_string(member.storedSize) +
                                              " bytes instead of " + std::to_string(member.size));
    if (member.localOffset <= m_data.size()) {
        const Bytes from = m_data.subspan(member.localOffset);
        if (auto done = m_read(from.first(std::min(from.size(), kLocalHeaderBytes + member.name.size())));
            !done)
            return done;
    }
    if (!hasRecord(m_data, member.localOffset, kLocalHeader, kLocalHeaderBytes))
        return damagedMember(member.name, "does not begin where the archive's directory says");
    const Bytes behind = m_data.subspan(member.localOffset + kLocalHeaderBytes);
    const Bytes header = m_data.subspan(member.localOffset, kLocalHeaderBytes);
    const std::size_t name = numberAt<std::uint16_t>(header, 26), extra = numberAt<std::uint16_t>(header, 28);
    if (name + extra > behind.size() || member.size > behind.size() - name - extra)
        return damagedMember(member.name, "of " + std::to_string(member.size) +
                                              " bytes reaches into the archive's directory");
    if (name != member.name.size() || textAt(behind, 0, name) != member.name)
        return damagedMember(member.name, "begins under another name than the archive's directory says");
    return behind.subspan(name + extra, member.size);
}

} // namespace engine
