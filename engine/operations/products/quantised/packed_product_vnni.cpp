#include "engine/cpu/processor_level.h"
#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/quantised/packed_product_x86.h"

#include <cassert>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace engine::vnni {

#if defined(__x86_64__)

namespace {

// Only functions marked so may use the instructions, and only they are compiled for them.
#define INKGATE_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

INKGATE_VNNI inline __m512i fourBytesToAllLanes(const std::int8_t* bytes) {
    int four;
    std::memcpy(&four, bytes, sizeof four);
    return _mm512_set1_epi32(four);
}

// 16 of the float16 values at `bytes`, from number `index` on.
INKGATE_VNNI inline __m512 halves(const std::byte* bytes, std::size_t index) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 2 * index)));
}

// Weights are unsigned, x is signed: what the instruction takes. The weights' offset is in the sum's start
// value.
template <int kTokens>
INKGATE_VNNI inline void addColumns(__m512i codes, const PackedInput* const* x, std::size_t column,
                                    __m512i* high, __m512i* low) {
#pragma GCC unroll 4
    for (int t = 0; t < kTokens; ++t) {
        high[t] = _mm512_dpbusd_epi32(high[t], codes, fourBytesToAllLanes(x[t]->high + column));
        low[t] = _mm512_dpbusd_epi32(low[t], codes, fourBytesToAllLanes(x[t]->low + column));
    }
}

template <int kTokens, int kCodeBits, bool kHasMinimum>
INKGATE_VNNI void product(const PackedLayout& layout, const std::byte* tile, const PackedInputs& inputs,
                          float* y) {
    constexpr std::size_t kHead = (kHasMinimum ? 2 : 1) * kTileRows * 2;
    constexpr std::size_t kTile = kHead + kTileRows * kTileColumns * kCodeBits / 8;
    __m512 sums[kTokens];
    const PackedInput* x[kTokens];
#pragma GCC unroll 4
    for (int t = 0; t < kTokens; ++t) {
        sums[t] = _mm512_setzero_ps();
        x[t] = inputs.values + static_cast<std::size_t>(t) * inputs.blocks;
    }
    for (std::size_t block = 0; block < inputs.blocks; ++block, tile += kTile) {
        for (std::size_t line = 0; line < kTile; line += 64)
            _mm_prefetch(reinterpret_cast<const char*>(tile) + kPrefetchBytes + line, _MM_HINT_T0);
        __m512i high[kTokens], low[kTokens];
#pragma GCC unroll 4
        for (int t = 0; t < kTokens; ++t) {
            high[t] = _mm512_setzero_si512();
            low[t] = _mm512_set1_epi32(-layout.offset * x[t]->sum);
        }
        const std::byte* const codes = tile + kHead;
        if constexpr (kCodeBits == 8) {
#pragma GCC unroll 8
            for (std::size_t group = 0; group < 8; ++group)
                addColumns<kTokens>(_mm512_loadu_si512(codes + 64 * group), x, 4 * group, high, low);
        } else {
            const __m512i lowHalf = _mm512_set1_epi8(15);
#pragma GCC unroll 4
            for (std::size_t group = 0; group < 4; ++group) {
                const __m512i pairs = _mm512_loadu_si512(codes + 64 * group);
                addColumns<kTokens>(_mm512_and_si512(pairs, lowHalf), x, 4 * group, high, low);
                addColumns<kTokens>(_mm512_and_si512(_mm512_srli_epi16(pairs, 4), lowHalf), x, 16 + 4 * group,
                                    high, low);
            }
        }
        const __m512 scales = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(tile)));
#pragma GCC unroll 4
        for (int t = 0; t < kTokens; ++t) {
            const __m512i total = _mm512_add_epi32(_mm512_slli_epi32(high[t], 8), low[t]);
            const __m512 scale = _mm512_mul_ps(scales, _mm512_set1_ps(x[t]->scale));
            sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(total), scale, sums[t]);
            if constexpr (kHasMinimum) {
                const __m512 minimums = halves(tile, kTileRows);
                const float sum = x[t]->scale * static_cast<float>(x[t]->sum);
                sums[t] = _mm512_fmadd_ps(minimums, _mm512_set1_ps(sum), sums[t]);
            }
            ++x[t];
        }
    }
#pragma GCC unroll 4
    for (int t = 0; t < kTokens; ++t)
        _mm512_storeu_ps(y + t * kTileRows, sums[t]);
}

// ---- column-major ----

// The codes of four used inputs of a run, and of x for them.
struct FourInputs {
    const std::byte* codes[4];
    std::int32_t high, low; // x: four bytes each
};

// w[k] holds for outputs 16 k .. 16 k + 15 the codes of the four inputs side by side.
INKGATE_VNNI inline void interleave(const __m512i* codes, __m512i* w) {
    const __m512i firstLow = _mm512_unpacklo_epi8(codes[0], codes[1]);
    const __m512i firstHigh = _mm512_unpackhi_epi8(codes[0], codes[1]);
    const __m512i secondLow = _mm512_unpacklo_epi8(codes[2], codes[3]);
    const __m512i secondHigh = _mm512_unpackhi_epi8(codes[2], codes[3]);
    w[0] = _mm512_unpacklo_epi16(firstLow, secondLow);
    w[1] = _mm512_unpackhi_epi16(firstLow, secondLow);
    w[2] = _mm512_unpacklo_epi16(firstHigh, secondHigh);
    w[3] = _mm512_unpackhi_epi16(firstHigh, secondHigh);
}

INKGATE_VNNI inline void addFour(const __m512i* codes, const FourInputs& inputs, __m512i* high,
                                 __m512i* low) {
    __m512i w[4];
    interleave(codes, w);
    const __m512i xHigh = _mm512_set1_epi32(inputs.high);
    const __m512i xLow = _mm512_set1_epi32(inputs.low);
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
        high[k] = _mm512_dpbusd_epi32(high[k], w[k], xHigh);
        low[k] = _mm512_dpbusd_epi32(low[k], w[k], xLow);
    }
}

template <int kCodeBits, bool kHasMinimum>
INKGATE_VNNI void addRunOfKind(const RunProduct& op, const PackedInput& x, const FourInputs* fours,
                               std::size_t count, float* sums) {
    constexpr int kVectors = kCodeBits == 8 ? 4 : 8; // of outputs in 64 bytes of codes
    const __m512i lowHalf = _mm512_set1_epi8(15);
    const __m512 xScale = _mm512_set1_ps(x.scale);
    const __m512 xSum = _mm512_set1_ps(x.scale * static_cast<float>(x.sum));
    const std::size_t units = op.run.inputBytes() / 64;
    const std::size_t headPerUnit = op.run.headBytes() / units;
    for (std::size_t unit = 0; unit < units; ++unit) {
        for (const std::byte* next : op.next)
            _mm_prefetch(reinterpret_cast<const char*>(next) + 64 * unit, _MM_HINT_T0);
        const char* const nextHead = reinterpret_cast<const char*>(op.nextRun) + unit * headPerUnit;
        for (std::size_t line = 0; line < headPerUnit; line += 64)
            _mm_prefetch(nextHead + line, _MM_HINT_T0);
        __m512i high[kVectors], low[kVectors];
#pragma GCC unroll 8
        for (int k = 0; k < kVectors; ++k) {
            high[k] = _mm512_setzero_si512();
            low[k] = _mm512_set1_epi32(-op.run.layout.offset * x.sum);
        }
        for (std::size_t i = 0; i < count; ++i) {
            __m512i codes[4];
#pragma GCC unroll 4
            for (int input = 0; input < 4; ++input)
                codes[input] = _mm512_loadu_si512(fours[i].codes[input] + 64 * unit);
            if constexpr (kCodeBits == 8) {
                addFour(codes, fours[i], high, low);
            } else {
                __m512i nibbles[4];
#pragma GCC unroll 4
                for (int input = 0; input < 4; ++input)
                    nibbles[input] = _mm512_and_si512(codes[input], lowHalf);
                addFour(nibbles, fours[i], high, low);
#pragma GCC unroll 4
                for (int input = 0; input < 4; ++input)
                    nibbles[input] = _mm512_and_si512(_mm512_srli_epi16(codes[input], 4), lowHalf);
                addFour(nibbles, fours[i], high + 4, low + 4);
            }
        }
#pragma GCC unroll 8
        for (int k = 0; k < kVectors; ++k) {
            const std::size_t output = unit * 16 * kVectors + 16 * static_cast<std::size_t>(k);
            const __m512 scales = halves(op.packed, output);
            const __m512i total = _mm512_add_epi32(_mm512_slli_epi32(high[k], 8), low[k]);
            __m512 sum = _mm512_loadu_ps(sums + output);
            sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(total), _mm512_mul_ps(scales, xScale), sum);
            if constexpr (kHasMinimum) {
                const __m512 minimums = halves(op.packed, op.run.outputs + output);
                sum = _mm512_fmadd_ps(minimums, xSum, sum);
            }
            _mm512_storeu_ps(sums + output, sum);
        }
    }
}

template <int kTokens>
void productOfKind(const PackedLayout& layout, const std::byte* group, const PackedInputs& x, float* y) {
    if (layout.codeBits == 8)
        layout.hasMinimum ? product<kTokens, 8, true>(layout, group, x, y)
                          : product<kTokens, 8, false>(layout, group, x, y);
    else
        layout.hasMinimum ? product<kTokens, 4, true>(layout, group, x, y)
                          : product<kTokens, 4, false>(layout, group, x, y);
}

} // namespace

void addRun(const RunProduct& op, const PackedInput& x, float* sums) {
    FourInputs fours[kTileColumns / 4];
    const std::size_t count = (op.used.size() + 3) / 4;
    for (std::size_t i = 0; i < 4 * count; ++i) {
        // Where fewer are left, the first stands in for the others, times zero.
        const bool exists = i < op.used.size();
        const std::size_t input = op.used[exists ? i : 0];
        FourInputs& four = fours[i / 4];
        four.codes[i % 4] = op.packed + op.run.headBytes() + input * op.run.inputBytes();
        reinterpret_cast<std::int8_t*>(&four.high)[i % 4] = exists ? x.high[input] : std::int8_t{0};
        reinterpret_cast<std::int8_t*>(&four.low)[i % 4] = exists ? x.low[input] : std::int8_t{0};
    }
    if (op.run.layout.codeBits == 8)
        op.run.layout.hasMinimum ? addRunOfKind<8, true>(op, x, fours, count, sums)
                                 : addRunOfKind<8, false>(op, x, fours, count, sums);
    else
        op.run.layout.hasMinimum ? addRunOfKind<4, true>(op, x, fours, count, sums)
                                 : addRunOfKind<4, false>(op, x, fours, count, sums);
}

bool isSupported() { return processorLevel() >= ProcessorLevel::Vnni; }

void productGroup(const PackedLayout& layout, const std::byte* group, const PackedInputs& x, int tokens,
                  float* y) {
    switch (tokens) {
    case 4: return productOfKind<4>(layout, group, x, y);
    case 2: return productOfKind<2>(layout, group, x, y);
    default: assert(tokens == 1); return productOfKind<1>(layout, group, x, y);
    }
}

#else

bool isSupported() { return false; }
void productGroup(const PackedLayout&, const std::byte*, const PackedInputs&, int, float*) { assert(false); }
void addRun(const RunProduct&, const PackedInput&, float*) { assert(false); }

#endif

} // namespace engine::vnni
