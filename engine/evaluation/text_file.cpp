#include "engine/evaluation/text_file.h"

#include "engine/core/file_bytes.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace engine {

namespace {

constexpr std::array kZstdMagic{std::byte{0x28}, std::byte{0xB5}, std::byte{0x2F}, std::byte{0xFD}};
constexpr int kWindowLog = 27;

// Stops once more than `limit` bytes are there.
Expected<std::string> unpack(std::span<const std::byte> packed, std::size_t limit) {
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

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

} // namespace

Expected<std::string> readTextFile(const std::filesystem::path& path, std::int64_t limitBytes) {
    const std::size_t limit =
        limitBytes > 0 ? static_cast<std::size_t>(limitBytes) : std::numeric_limits<std::size_t>::max() - 1;
    const auto file = FileBytes::readAll(path);
    if (!file)
        return tl::unexpected<Error>(file.error());
    const std::span<const std::byte> bytes = file->place();
    std::string text;
    try {
        if (bytes.size() >= kZstdMagic.size() &&
            std::ranges::equal(bytes.first(kZstdMagic.size()), kZstdMagic)) {
            auto unpacked = unpack(bytes, limit);
            if (!unpacked)
                return failure(std::move(unpacked.error()), path.string());
            text = std::move(*unpacked);
        } else {
            // One byte beyond the limit tells whether a character goes on there.
            const std::size_t size = std::min(bytes.size(), limit + 1);
            text.assign(reinterpret_cast<const char*>(bytes.data()), size);
        }
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::OutOfMemory,
                       path.string() + ": the text does not fit into memory; read less of it");
    }
    if (text.size() > limit) {
        std::size_t end = limit;
        while (end > 0 && isContinuation(text[end]))
            --end;
        text.resize(end);
    }
    return text;
}

} // namespace engine
