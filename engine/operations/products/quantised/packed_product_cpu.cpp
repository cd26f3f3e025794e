#include "engine/operations/products/quantised/packed_product.h"

#include "engine/cpu/simd_targets.h"
#include "engine/operations/products/quantised/packed_product_x86.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/products/quantised/packed_product_cpu.cpp"
#include <hwy/foreach_target.h>

#include "engine/cpu/stored_value-inl.h"

#include <hwy/highway.h>

#ifndef ENGINE_KERNELS_PACKED_PRODUCT_ONCE
#define ENGINE_KERNELS_PACKED_PRODUCT_ONCE

namespace engine {

// One of the float16 values that a tile begins with.
inline float halfAt(const std::byte* tile, std::size_t index) {
    std::uint16_t bits;
    std::memcpy(&bits, tile + 2 * index, sizeof bits);
    return halfToFloat(bits);
}

} // namespace engine

#endif

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

std::size_t vectorBytesImpl() { return hn::MaxLanes(hn::ScalableTag<std::uint8_t>()); }

// 16 values: scale * code + start.
HWY_INLINE void widenCodes(const std::uint8_t* codes, float scale, float start, float* out) {
    const hn::CappedTag<float, 16> d;
    for (std::size_t i = 0; i < 16; i += hn::Lanes(d))
        hn::StoreU(hn::MulAdd(widened(d, codes + i), hn::Set(d, scale), hn::Set(d, start)), d, out + i);
}

// `rows` rows of float32, `columns` apart. The codes are first put back into rows, four bytes at a time.
void widenGroupImpl(const PackedLayout& layout, const std::byte* tile, std::size_t rows, std::size_t columns,
                    float* out) {
    const std::size_t rowBytes = static_cast<std::size_t>(kTileColumns * layout.codeBits / 8);
    HWY_ALIGN std::uint8_t byRow[kTileRows * kTileColumns];
    for (std::size_t column = 0; column < columns; column += kTileColumns, tile += layout.tileBytes()) {
        const std::byte* const codes = tile + layout.headBytes();
        for (std::size_t group = 0; group < rowBytes / 4; ++group)
            for (std::size_t row = 0; row < kTileRows; ++row)
                std::memcpy(byRow + row * rowBytes + 4 * group, codes + 64 * group + 4 * row, 4);
        for (std::size_t row = 0; row < rows; ++row) {
            const float scale = halfAt(tile, row);
            const float start = layout.hasMinimum ? halfAt(tile, kTileRows + row)
                                                  : scale * static_cast<float>(-layout.offset);
            std::uint8_t* const rowCodes = byRow + row * rowBytes;
            float* const rowOut = out + row * columns + column;
            if (layout.codeBits == 8) {
                widenCodes(rowCodes, scale, start, rowOut);
                widenCodes(rowCodes + 16, scale, start, rowOut + 16);
                continue;
            }
            std::uint8_t upper[16];
            for (std::size_t i = 0; i < 16; ++i) {
                upper[i] = rowCodes[i] >> 4;
                rowCodes[i] &= 15;
            }
            widenCodes(rowCodes, scale, start, rowOut);
            widenCodes(upper, scale, start, rowOut + 16);
        }
    }
}

void packInputsImpl(const float* x, std::size_t count, PackedInput* inputs) {
    const hn::ScalableTag<float> d;
    const hn::RebindToSigned<decltype(d)> integers;
    const hn::Rebind<std::int16_t, decltype(d)> words;
    const hn::Rebind<std::int8_t, decltype(d)> bytes;
    const std::size_t lanes = hn::Lanes(d);
    constexpr float kLargestCode = 127 * 256; // its high part is 127 however the low part is rounded
    for (std::size_t block = 0; block < count / kTileColumns; ++block, x += kTileColumns, ++inputs) {
        // The bits of magnitudes are in the order of their values, infinity and NaN last.
        auto largest = hn::Zero(integers);
        for (std::size_t i = 0; i < kTileColumns; i += lanes) {
            const auto bits = hn::BitCast(integers, hn::LoadU(d, x + i));
            largest = hn::Max(largest, hn::And(bits, hn::Set(integers, 0x7FFFFFFF)));
        }
        const auto largestMagnitude = std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(integers, largest)));
        if (!std::isfinite(largestMagnitude)) { // the products shall not be finite either
            *inputs = {};
            inputs->scale = std::numeric_limits<float>::quiet_NaN();
            inputs->codes[0] = inputs->low[0] = 1;
            inputs->sum = 1;
            continue;
        }
        inputs->scale = largestMagnitude / kLargestCode;
        float inverse = 1.0f / inputs->scale;
        if (!std::isfinite(inverse)) // all zero, or too small to have codes
            inputs->scale = inverse = 0;
        auto sum = hn::Zero(integers);
        for (std::size_t i = 0; i < kTileColumns; i += lanes) {
            const auto codes = hn::NearestInt(hn::Mul(hn::LoadU(d, x + i), hn::Set(d, inverse)));
            const auto both = hn::DemoteTo(words, codes);
            hn::StoreU(both, words, inputs->codes + i);
            const auto high = hn::ShiftRight<8>(hn::Add(both, hn::Set(words, 128)));
            hn::StoreU(hn::DemoteTo(bytes, high), bytes, inputs->high + i);
            const auto low = hn::ShiftRight<8>(hn::ShiftLeft<8>(both));
            hn::StoreU(hn::DemoteTo(bytes, low), bytes, inputs->low + i);
            sum = hn::Add(sum, codes);
        }
        inputs->sum = hn::GetLane(hn::SumOfLanes(integers, sum));
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace engine {

HWY_EXPORT(vectorBytesImpl);
HWY_EXPORT(packInputsImpl);
HWY_EXPORT(widenGroupImpl);

namespace {

// One weight after another, for processors without the instructions below.
void plainProduct(const PackedLayout& layout, const std::byte* tile, const PackedInputs& x, float* y) {
    std::fill_n(y, kTileRows, 0.0f);
    for (std::size_t block = 0; block < x.blocks; ++block, tile += layout.tileBytes()) {
        const PackedInput& input = x.values[block];
        const auto* codes = reinterpret_cast<const std::uint8_t*>(tile + layout.headBytes());
        for (std::size_t row = 0; row < kTileRows; ++row) {
            std::int32_t total = -layout.offset * input.sum;
            for (std::size_t column = 0; column < kTileColumns; ++column) {
                const std::size_t place = layout.codeBits == 8 ? column : column % 16;
                const int stored = codes[place / 4 * 64 + 4 * row + place % 4];
                const int code = layout.codeBits == 8 ? stored : column < 16 ? stored & 15 : stored >> 4;
                total += code * input.codes[column];
            }
            y[row] += static_cast<float>(total) * (halfAt(tile, row) * input.scale);
            if (layout.hasMinimum)
                y[row] += halfAt(tile, kTileRows + row) * (input.scale * static_cast<float>(input.sum));
        }
    }
}

// 16 rows of weights times up to mostTokens() rows of x.
void productGroup(PackedKernels kernels, const PackedLayout& layout, const std::byte* group,
                  const PackedInputs& x, int tokens, float* y) {
    switch (kernels) {
    case PackedKernels::Vnni: return vnni::productGroup(layout, group, x, tokens, y);
    case PackedKernels::Avx2: return avx2::productGroup(layout, group, x, tokens, y);
    case PackedKernels::Plain: return plainProduct(layout, group, x, y);
    }
}

// Sums of up to this many tokens stay in registers at once.
int mostTokens(PackedKernels kernels) {
    return kernels == PackedKernels::Vnni ? 4 : kernels == PackedKernels::Avx2 ? 2 : 1;
}

} // namespace

PackedKernels packedKernels() {
    static const bool hasVnni = vnni::isSupported(), hasAvx2 = avx2::isSupported();
    const std::size_t vectorBytes =
        HWY_DYNAMIC_DISPATCH(vectorBytesImpl)(); // less than there are in some tests
    if (hasVnni && vectorBytes == 64)
        return PackedKernels::Vnni;
    return hasAvx2 && vectorBytes >= 32 ? PackedKernels::Avx2 : PackedKernels::Plain;
}

void packInputs(const float* x, std::size_t count, PackedInput* inputs) {
    assert(count % kTileColumns == 0);
    HWY_DYNAMIC_DISPATCH(packInputsImpl)(x, count, inputs);
}

void packedRowProduct(const Matrix& weights, const PackedInputs& x, int tokens, int rowBegin, int rowEnd,
                      float* y, std::size_t yStride) {
    assert(rowBegin % kTileRows == 0 && (rowEnd % kTileRows == 0 || rowEnd == weights.rows));
    const PackedLayout layout = packedLayout(weights.type);
    const PackedKernels kernels = packedKernels();
    const std::size_t groupBytes = weights.groupBytes();
    const std::byte* group = weights.group(rowBegin / kTileRows);
    alignas(kBufferAlignment) float sums[4 * kTileRows];
    for (int row = rowBegin; row < rowEnd; row += kTileRows, group += groupBytes) {
        // All tokens on these 16 rows before the next: they are in the cache after the first.
        for (int token = 0; token < tokens;) {
            int count = mostTokens(kernels);
            while (count > tokens - token)
                count /= 2;
            const PackedInputs part{x.values + static_cast<std::size_t>(token) * x.blocks, x.blocks};
            productGroup(kernels, layout, group, part, count, sums);
            for (int t = 0; t < count; ++t, ++token)
                std::copy_n(sums + t * kTileRows, std::min(kTileRows, rowEnd - row),
                            y + static_cast<std::size_t>(token) * yStride + row);
        }
    }
}

void widenPackedRows(const Matrix& weights, int rowBegin, int rowEnd, float* out) {
    assert(rowBegin % kTileRows == 0);
    const PackedLayout layout = packedLayout(weights.type);
    const auto columns = static_cast<std::size_t>(weights.columns);
    for (int row = rowBegin; row < rowEnd; row += kTileRows) {
        const std::byte* const group = weights.group(row / kTileRows);
        const auto rows = static_cast<std::size_t>(std::min(kTileRows, rowEnd - row));
        HWY_DYNAMIC_DISPATCH(widenGroupImpl)
        (layout, group, rows, columns, out + static_cast<std::size_t>(row - rowBegin) * columns);
    }
}

} // namespace engine

#endif // HWY_ONCE
