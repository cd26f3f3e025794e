#include "engine/trace/gate_packing.h"

#include <zstd.h>

#include <algorithm>
#include <cmath>

namespace engine {

namespace {

std::uint32_t quantised(float value, float steps) {
    if (!(value > 0.0f)) // not a number, too
        return 0;
    return static_cast<std::uint32_t>(std::lround(std::min(value, 1.0f) * steps));
}

void put16(std::byte* at, float value) {
    const std::uint32_t bits = quantised(value, 65535.0f);
    at[0] = static_cast<std::byte>(bits & 0xFF);
    at[1] = static_cast<std::byte>(bits >> 8);
}

float get16(const std::byte* at) {
    const std::uint32_t bits = std::to_integer<std::uint32_t>(at[0]) | std::to_integer<std::uint32_t>(at[1])
                                                                           << 8;
    return static_cast<float>(bits) / 65535.0f;
}

void put8(std::byte* at, float value) { *at = static_cast<std::byte>(quantised(value, 255.0f)); }

float get8(const std::byte* at) { return static_cast<float>(std::to_integer<std::uint32_t>(*at)) / 255.0f; }

// zstd level 3, its default: a block of 64 tokens x 256 channels takes some 25 microseconds.
constexpr int kCompressionLevel = 3;

} // namespace

void packSummary(const GateSummary& summary, PackedSummary packed) {
    std::byte* const at = packed.data();
    put16(at, summary.mean);
    put16(at + 2, summary.standardDeviation);
    put16(at + 4, summary.shareAboveHalf);
    put8(at + 6, summary.percentile10);
    put8(at + 7, summary.median);
    put8(at + 8, summary.percentile90);
}

GateSummary unpackSummary(ConstPackedSummary packed) {
    const std::byte* const at = packed.data();
    return {.mean = get16(at),
            .standardDeviation = get16(at + 2),
            .percentile10 = get8(at + 6),
            .median = get8(at + 7),
            .percentile90 = get8(at + 8),
            .shareAboveHalf = get16(at + 4)};
}

GateSummary unpackSummary(std::span<const std::byte> packed, std::size_t index) {
    return unpackSummary(packed.subspan(index * kPackedSummaryBytes).first<kPackedSummaryBytes>());
}

Expected<void> packCodes(std::span<const std::uint8_t> codes, std::vector<std::byte>& packed) {
    packed.resize(ZSTD_compressBound(codes.size()));
    const std::size_t size =
        ZSTD_compress(packed.data(), packed.size(), codes.data(), codes.size(), kCompressionLevel);
    if (ZSTD_isError(size))
        return failure(ErrorCode::OutOfMemory,
                       std::string("gate values cannot be compressed: ") + ZSTD_getErrorName(size));
    packed.resize(size);
    return {};
}

Expected<void> unpackCodes(std::span<const std::byte> packed, std::size_t capacity,
                           std::span<std::uint8_t> codes) {
    std::vector<std::uint8_t> unpacked(capacity);
    const std::size_t size = ZSTD_decompress(unpacked.data(), unpacked.size(), packed.data(), packed.size());
    if (ZSTD_isError(size))
        return failure(ErrorCode::FileDamaged,
                       std::string("a block of gate values does not unpack: ") + ZSTD_getErrorName(size));
    if (size < codes.size())
        return failure(ErrorCode::FileDamaged, "a block of gate values holds " + std::to_string(size) +
                                                   " of the " + std::to_string(codes.size()) +
                                                   " values it should");
    std::copy_n(unpacked.begin(), codes.size(), codes.begin());
    return {};
}

} // namespace engine
