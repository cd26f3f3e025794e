#include "engine/text/text_file.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <memory>
#include <new>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace engine {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD"sv;
constexpr int kWindowLog = 27;
constexpr std::size_t kPiece = 1 << 18;
// A decoded text can be shorter than its bytes: four to a character in UTF-32, two to a line end.
constexpr std::size_t kBytesPerDecoded = 8;

class Descriptor {
public:
    Descriptor(int number, bool isOwned)
        : m_number(number)
        , m_isOwned(isOwned) {}
    Descriptor(Descriptor&& other) noexcept
        : m_number(std::exchange(other.m_number, -1))
        , m_isOwned(other.m_isOwned) {}
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (m_isOwned && m_number >= 0)
            ::close(m_number);
    }
    [[nodiscard]] int number() const { return m_number; }

private:
    int m_number;
    bool m_isOwned;
};

Failure unreadable(int reason) {
    return failure(reason == ENOENT ? ErrorCode::FileNotFound : ErrorCode::FileUnreadable,
                   reason == ENOENT ? "there is no such file" : std::generic_category().message(reason));
}

Expected<Descriptor> openForReading(const std::filesystem::path& path) {
    if (path == "-")
        return Descriptor(STDIN_FILENO, false);
    const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0)
        return unreadable(errno);
    return Descriptor(number, true);
}

// Up to `limit` bytes. A size that the system states is a hint only: that of a pipe or of a file in /proc is
// 0.
Expected<std::string> readBytes(const Descriptor& file, std::size_t limit) {
    std::string bytes;
    struct stat info = {};
    if (::fstat(file.number(), &info) == 0 && S_ISREG(info.st_mode))
        bytes.reserve(std::min(limit, static_cast<std::size_t>(info.st_size)) + 1);
    while (bytes.size() < limit) {
        const std::size_t before = bytes.size();
        bytes.resize(std::min(limit, before + kPiece));
        const ssize_t count = ::read(file.number(), bytes.data() + before, bytes.size() - before);
        const int reason = errno;
        bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0)
            break;
        if (count < 0 && reason != EINTR)
            return unreadable(reason);
    }
    return bytes;
}

// Stops once more than `limit` bytes are there.
Expected<std::string> unpack(std::string_view packed, std::size_t limit) {
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
    if (!context)
        throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLog);
    std::string text;
    std::vector<char> piece(ZSTD_DStreamOutSize());
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    std::size_t hint = 1;
    while (text.size() <= limit) {
        ZSTD_outBuffer out{piece.data(), piece.size(), 0};
        hint = ZSTD_decompressStream(context.get(), &out, &in);
        if (ZSTD_isError(hint))
            return failure(ErrorCode::FileDamaged,
                           std::string("the zstd data cannot be unpacked: ") + ZSTD_getErrorName(hint));
        text.append(piece.data(), out.pos);
        // Nothing more to read and nothing left inside the decoder.
        if (in.pos == in.size && out.pos < out.size)
            break;
    }
    if (text.size() <= limit && hint != 0)
        return failure(ErrorCode::FileDamaged, "the zstd data ends in the middle; copy the file again");
    return text;
}

void cutBetweenCharacters(std::string& text, std::size_t limit) {
    if (text.size() <= limit)
        return;
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
}

Expected<DecodedText> readDecoded(const std::filesystem::path& path, const TextFileLimits& limits) {
    const auto file = openForReading(path);
    if (!file)
        return failure(file.error());
    constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max() / (2 * kBytesPerDecoded);
    const auto kept = limits.keptBytes > 0 ? static_cast<std::size_t>(limits.keptBytes) : kNone;
    const auto largest = limits.largestBytes > 0 ? static_cast<std::size_t>(limits.largestBytes) : kNone;
    const std::size_t needed = std::min(kept * kBytesPerDecoded, largest) + kPiece;

    auto bytes = readBytes(*file, needed);
    if (!bytes)
        return failure(bytes.error());
    if (bytes->starts_with(kZstdMagic)) {
        // How much of a packed file its beginning takes, nobody knows before it is unpacked.
        if (bytes->size() == needed) {
            const auto rest = readBytes(*file, std::min(largest, kNone));
            if (!rest)
                return failure(rest.error());
            *bytes += *rest;
        }
        bytes = unpack(*bytes, needed);
        if (!bytes)
            return failure(bytes.error());
    }
    if (bytes->size() > largest)
        return failure(ErrorCode::InvalidText, "larger than " + std::to_string(largest >> 20) + " MB");
    const bool isBeginning = bytes->size() >= needed;
    auto decoded = decodeText(std::move(*bytes), isBeginning);
    if (decoded)
        cutBetweenCharacters(decoded->text, kept);
    return decoded;
}

std::string nameOf(const std::filesystem::path& path) {
    return path == "-" ? std::string("standard input") : path.string();
}

} // namespace

Expected<DecodedText> readDecodedText(const std::filesystem::path& path, const TextFileLimits& limits) {
    try {
        auto decoded = readDecoded(path, limits);
        return decoded ? std::move(decoded) : failure(std::move(decoded.error()), nameOf(path));
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::OutOfMemory,
                       nameOf(path) + ": the text does not fit into memory; read less of it");
    }
}

Expected<DecodedText> readSoundText(const std::filesystem::path& path, std::int64_t limitBytes) {
    auto decoded = readDecodedText(path, {.keptBytes = limitBytes, .largestBytes = 0});
    if (decoded && decoded->damages > 0) {
        const std::string places = decoded->damages == 1
                                       ? std::string()
                                       : " and in " + std::to_string(decoded->damages - 1) + " more places";
        return failure(ErrorCode::InvalidText, nameOf(path) + ": not valid " + decoded->encoding +
                                                   " in line " + std::to_string(decoded->line) + ", byte " +
                                                   std::to_string(decoded->byteInLine) + " (byte offset " +
                                                   std::to_string(decoded->offset) + ")" + places +
                                                   "; save the text as UTF-8 again");
    }
    return decoded;
}

Expected<std::string> readTextFile(const std::filesystem::path& path, std::int64_t limitBytes) {
    auto decoded = readSoundText(path, limitBytes);
    if (!decoded)
        return failure(std::move(decoded.error()));
    return std::move(decoded->text);
}

} // namespace engine
