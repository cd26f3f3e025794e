#include "engine/kernels/packed_product_vnni.h"

#include <cassert>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace engine::vnni {

#if defined(__x86_64__)

namespace {

// As in row_product_cpu.cpp.
constexpr std::size_t kPrefetchBytes = 8192;

// Only functions marked so may use the instructions, and only they are compiled for them.
#define INKGATE_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

INKGATE_VNNI inline __m512i fourBytesToAllLanes(const std::int8_t* bytes) {
    int four;
    std::memcpy(&four, bytes, sizeof four);
    return _mm512_set1_epi32(four);
}

// Weights are unsigned, x is signed: what the instruction takes. The weights' offset is in the sum's start value.
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
                const __m512 minimums = _mm512_cvtph_ps(
                    _mm256_loadu_si256(reinterpret_cast<const __m256i*>(tile + 2 * kTileRows)));
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

bool isSupported() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

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

#endif

} // namespace engine::vnni
