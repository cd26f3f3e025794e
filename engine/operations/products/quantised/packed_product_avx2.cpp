// packed_product_avx2.cpp: products of packed weights with AVX2. Longer than other files, as the kernels
// share helpers that must be inlined into each.
#include "engine/cpu/processor_level.h"
#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/quantised/packed_product_x86.h"

#include <cassert>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace engine::avx2 {

#if defined(__x86_64__)

namespace {

// Only functions marked so may use the instructions, and only they are compiled for them.
#define INKGATE_AVX2 __attribute__((target("avx2,fma,f16c")))

INKGATE_AVX2 inline __m256i load(const std::byte* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
// 8 of the float16 values at `bytes`, from number `index` on.
INKGATE_AVX2 inline __m256 halves(const std::byte* bytes, std::size_t index) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 2 * index)));
}
INKGATE_AVX2 inline __m256i lowNibbles(__m256i codes) {
    return _mm256_and_si256(codes, _mm256_set1_epi8(15));
}
INKGATE_AVX2 inline __m256i highNibbles(__m256i codes) { return lowNibbles(_mm256_srli_epi16(codes, 4)); }

template <class Value> Value valueAt(const void* from) {
    Value value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

INKGATE_AVX2 inline __m256i fourBytes(const std::int8_t* from) {
    return _mm256_set1_epi32(valueAt<int>(from));
}

// ---- row-major ----

// Whole-number sums of 8 rows of a tile and a row of x, added up side by side in parts. Codes of 4 bits are
// multiplied by the two bytes of x in turn, and eight products of two columns each, at most 8 * 2 * 15 * 128,
// fit into 16 bits; codes of 8 bits are widened and multiplied by x's 16 bits.
template <int kCodeBits> struct RowSums;

template <> struct RowSums<4> {
    __m256i high, low;

    INKGATE_AVX2 RowSums()
        : high(_mm256_setzero_si256())
        , low(_mm256_setzero_si256()) {}
    // Columns 4 group .. 4 group + 3, and those sixteen further on.
    INKGATE_AVX2 inline void add(__m256i codes, const PackedInput& x, std::size_t group) {
        addColumns(lowNibbles(codes), x, 4 * group);
        addColumns(highNibbles(codes), x, 16 + 4 * group);
    }
    [[nodiscard]] INKGATE_AVX2 inline __m256i total() const {
        const __m256i ones = _mm256_set1_epi16(1);
        return _mm256_add_epi32(_mm256_slli_epi32(_mm256_madd_epi16(high, ones), 8),
                                _mm256_madd_epi16(low, ones));
    }

private:
    INKGATE_AVX2 inline void addColumns(__m256i codes, const PackedInput& x, std::size_t column) {
        high = _mm256_add_epi16(high, _mm256_maddubs_epi16(codes, fourBytes(x.high + column)));
        low = _mm256_add_epi16(low, _mm256_maddubs_epi16(codes, fourBytes(x.low + column)));
    }
};

template <> struct RowSums<8> {
    __m256i first, second;

    INKGATE_AVX2 RowSums()
        : first(_mm256_setzero_si256())
        , second(_mm256_setzero_si256()) {}
    INKGATE_AVX2 inline void add(__m256i codes, const PackedInput& x, std::size_t group) {
        const __m256i zero = _mm256_setzero_si256();
        const __m256i columns = _mm256_set1_epi64x(valueAt<long long>(x.codes + 4 * group));
        first = _mm256_add_epi32(first, _mm256_madd_epi16(_mm256_unpacklo_epi8(codes, zero), columns));
        second = _mm256_add_epi32(second, _mm256_madd_epi16(_mm256_unpackhi_epi8(codes, zero), columns));
    }
    [[nodiscard]] INKGATE_AVX2 inline __m256i total() const { return _mm256_hadd_epi32(first, second); }
};

template <int kTokens, int kCodeBits, bool kHasMinimum>
INKGATE_AVX2 void product(const PackedLayout& layout, const std::byte* tile, const PackedInputs& inputs,
                          float* y) {
    constexpr std::size_t kHead = (kHasMinimum ? 2 : 1) * kTileRows * 2;
    constexpr std::size_t kGroups = kTileRows * kTileColumns * kCodeBits / 8 / 64;
    constexpr std::size_t kTile = kHead + 64 * kGroups;
    __m256 result[kTokens][2];
    const PackedInput* x[kTokens];
#pragma GCC unroll 2
    for (int t = 0; t < kTokens; ++t) {
        result[t][0] = result[t][1] = _mm256_setzero_ps();
        x[t] = inputs.values + static_cast<std::size_t>(t) * inputs.blocks;
    }
    const std::size_t ahead = kCodeBits == 8 ? prefetchBytes() : kPrefetchBytes;
    for (std::size_t block = 0; block < inputs.blocks; ++block, tile += kTile) {
        for (std::size_t line = 0; line < kTile; line += 64)
            _mm_prefetch(reinterpret_cast<const char*>(tile) + ahead + line, _MM_HINT_T0);
        RowSums<kCodeBits> sums[kTokens][2];
#pragma GCC unroll 8
        for (std::size_t group = 0; group < kGroups; ++group)
#pragma GCC unroll 2
            for (std::size_t half = 0; half < 2; ++half) {
                const __m256i codes = load(tile + kHead + 64 * group + 32 * half);
#pragma GCC unroll 2
                for (int t = 0; t < kTokens; ++t)
                    sums[t][half].add(codes, *x[t], group);
            }
#pragma GCC unroll 2
        for (std::size_t half = 0; half < 2; ++half) {
            const __m256 scales = halves(tile, 8 * half);
#pragma GCC unroll 2
            for (int t = 0; t < kTokens; ++t) {
                const __m256i total =
                    _mm256_add_epi32(sums[t][half].total(), _mm256_set1_epi32(-layout.offset * x[t]->sum));
                const __m256 scale = _mm256_mul_ps(scales, _mm256_set1_ps(x[t]->scale));
                result[t][half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(total), scale, result[t][half]);
                if constexpr (kHasMinimum) {
                    const float sum = x[t]->scale * static_cast<float>(x[t]->sum);
                    result[t][half] = _mm256_fmadd_ps(halves(tile, kTileRows + 8 * half), _mm256_set1_ps(sum),
                                                      result[t][half]);
                }
            }
        }
#pragma GCC unroll 2
        for (int t = 0; t < kTokens; ++t)
            ++x[t];
    }
#pragma GCC unroll 2
    for (int t = 0; t < kTokens; ++t)
        for (int half = 0; half < 2; ++half)
            _mm256_storeu_ps(y + t * kTileRows + 8 * half, result[t][half]);
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

// ---- column-major ----

// How many inputs ahead weights are fetched.
constexpr std::size_t kAhead = 8;
// Rows of codes fetched while four are added, where these are the only ones of a run: kAhead, and up to eight
// of scales.
constexpr std::size_t kMostFetches = kAhead + 8;

// The codes of four used inputs of a run, and x for them.
struct FourInputs {
    const std::byte* codes[4];
    const std::byte* next[kMostFetches]; // as long rows that are needed later, to be fetched meanwhile:
    std::size_t nextCount;               // a multiple of 4
    std::int32_t high, low;              // x: four bytes each
    std::int32_t both[2];                // two times 16 bits each
};

// Takes the sums of eight outputs of a run at a time: of four inputs, which it adds to `totals`, and from the
// last ones to the result. Totals of up to four inputs never leave the registers.
template <bool kIsFirst, bool kIsLast, bool kHasMinimum> class RunEnd {
public:
    INKGATE_AVX2 RunEnd(const RunProduct& op, const PackedInput& x, std::int32_t* totals, float* sums)
        : m_packed(op.packed)
        , m_outputs(op.run.outputs)
        , m_totals(totals)
        , m_sums(sums)
        , m_start(_mm256_set1_epi32(-op.run.layout.offset * x.sum))
        , m_scale(_mm256_set1_ps(x.scale))
        , m_sum(_mm256_set1_ps(x.scale * static_cast<float>(x.sum))) {}

    INKGATE_AVX2 inline void add(std::size_t output, __m256i total) const {
        auto* const totals = reinterpret_cast<__m256i*>(m_totals + output);
        total = _mm256_add_epi32(total, kIsFirst ? m_start : _mm256_loadu_si256(totals));
        if constexpr (!kIsLast) {
            _mm256_storeu_si256(totals, total);
        } else {
            const __m256 scales = _mm256_mul_ps(halves(m_packed, output), m_scale);
            __m256 sum = _mm256_loadu_ps(m_sums + output);
            sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(total), scales, sum);
            if constexpr (kHasMinimum)
                sum = _mm256_fmadd_ps(halves(m_packed, m_outputs + output), m_sum, sum);
            _mm256_storeu_ps(m_sums + output, sum);
        }
    }

private:
    const std::byte* m_packed;
    std::size_t m_outputs;
    std::int32_t* m_totals;
    float* m_sums;
    __m256i m_start;
    __m256 m_scale, m_sum;
};

// What 32 bytes of four inputs' codes give for 32 outputs, a vector for each k: in these bytes, outputs 16 k
// .. 16 k + 7 of the 64 from `output` on (packed_weights.h).
template <class End>
INKGATE_AVX2 inline void addBytes(const FourInputs& inputs, std::size_t at, std::size_t output,
                                  const End& end) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i x[2] = {_mm256_set1_epi32(inputs.both[0]), _mm256_set1_epi32(inputs.both[1])};
    __m256i sums[4];
#pragma GCC unroll 2
    for (int pair = 0; pair < 2; ++pair) {
        const __m256i a = load(inputs.codes[2 * pair] + at), b = load(inputs.codes[2 * pair + 1] + at);
        const __m256i halves[2] = {_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b)};
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
            const __m256i words = k % 2 == 0 ? _mm256_unpacklo_epi8(halves[k / 2], zero)
                                             : _mm256_unpackhi_epi8(halves[k / 2], zero);
            const __m256i products = _mm256_madd_epi16(words, x[pair]);
            sums[k] = pair == 0 ? products : _mm256_add_epi32(sums[k], products);
        }
    }
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k)
        end.add(output + 16 * static_cast<std::size_t>(k), sums[k]);
}

// The same for codes of 4 bits: 32 outputs in the low halves of the bytes, 32 more, 64 further on, in the
// high ones.
template <class End>
INKGATE_AVX2 inline void addNibbles(const FourInputs& inputs, std::size_t at, std::size_t output,
                                    const End& end) {
    const __m256i xHigh = _mm256_set1_epi32(inputs.high), xLow = _mm256_set1_epi32(inputs.low);
    const __m256i ones = _mm256_set1_epi16(1), times256 = _mm256_set1_epi16(256);
    const __m256i a = load(inputs.codes[0] + at), b = load(inputs.codes[1] + at);
    const __m256i c = load(inputs.codes[2] + at), d = load(inputs.codes[3] + at);
    const __m256i first[2] = {_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b)};
    const __m256i second[2] = {_mm256_unpacklo_epi8(c, d), _mm256_unpackhi_epi8(c, d)};
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; ++k) {
        const __m256i codes = k % 2 == 0 ? _mm256_unpacklo_epi16(first[k / 2], second[k / 2])
                                         : _mm256_unpackhi_epi16(first[k / 2], second[k / 2]);
#pragma GCC unroll 2
        for (std::size_t half = 0; half < 2; ++half) {
            const __m256i nibbles = half == 0 ? lowNibbles(codes) : highNibbles(codes);
            const __m256i high = _mm256_madd_epi16(_mm256_maddubs_epi16(nibbles, xHigh), times256);
            const __m256i low = _mm256_madd_epi16(_mm256_maddubs_epi16(nibbles, xLow), ones);
            end.add(output + 64 * half + 16 * k, _mm256_add_epi32(high, low));
        }
    }
}

template <int kCodeBits, class End>
INKGATE_AVX2 void addFour(const FourInputs inputs, std::size_t outputs,
                          const End end) {                      // copies, which no sums overlap
    constexpr std::size_t kOutputs = kCodeBits == 8 ? 64 : 128; // in 64 bytes of codes
    for (std::size_t unit = 0; unit < outputs / kOutputs; ++unit) {
        const std::size_t at = 64 * unit;
        for (std::size_t i = 0; i < inputs.nextCount; i += 4)
#pragma GCC unroll 4
            for (std::size_t j = 0; j < 4; ++j)
                _mm_prefetch(reinterpret_cast<const char*>(inputs.next[i + j]) + at, _MM_HINT_T0);
#pragma GCC unroll 2
        for (std::size_t half = 0; half < 2; ++half)
            if constexpr (kCodeBits == 8)
                addBytes(inputs, at + 32 * half, kOutputs * unit + 8 * half, end);
            else
                addNibbles(inputs, at + 32 * half, kOutputs * unit + 8 * half, end);
    }
}

// Four inputs' rows of codes are read at a time, from end to end: more of them, a unit of each in turn, share
// too few places in the first cache, rows being a power of two apart. totals [outputs] stay there.
template <int kCodeBits, bool kHasMinimum>
INKGATE_AVX2 void addRunOfKind(const RunProduct& op, const PackedInput& x, const FourInputs* fours,
                               std::size_t count, std::int32_t* totals, float* sums) {
    const std::size_t outputs = op.run.outputs;
    if (count == 1) {
        addFour<kCodeBits>(fours[0], outputs, RunEnd<true, true, kHasMinimum>(op, x, totals, sums));
    } else {
        addFour<kCodeBits>(fours[0], outputs, RunEnd<true, false, kHasMinimum>(op, x, totals, sums));
        for (std::size_t i = 1; i + 1 < count; ++i)
            addFour<kCodeBits>(fours[i], outputs, RunEnd<false, false, kHasMinimum>(op, x, totals, sums));
        addFour<kCodeBits>(fours[count - 1], outputs, RunEnd<false, true, kHasMinimum>(op, x, totals, sums));
    }
}

// What is fetched while a run is added, evenly: its own weights from number kAhead on, the next one's scales,
// in pieces as long as rows of codes, and its first kAhead weights.
void planFetches(const RunProduct& op, std::size_t count, FourInputs* fours) {
    const std::size_t rowBytes = op.run.inputBytes();
    const std::byte* later[kTileColumns + kMostFetches];
    std::size_t laterCount = 0;
    for (std::size_t i = kAhead; i < op.used.size(); ++i)
        later[laterCount++] = op.packed + op.run.headBytes() + op.used[i] * rowBytes;
    for (std::size_t at = 0; at < op.run.headBytes() && !op.next.empty(); at += rowBytes)
        later[laterCount++] = op.nextRun + at;
    for (std::size_t i = 0; i < kAhead && i < op.next.size(); ++i)
        later[laterCount++] = op.next[i];
    std::size_t begin = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t end = laterCount * (i + 1) / count;
        FourInputs& four = fours[i];
        four.nextCount = (end - begin + 3) / 4 * 4;
        for (std::size_t j = 0; j < four.nextCount; ++j) // what is here already costs nothing to fetch
            four.next[j] = begin + j < end ? later[begin + j] : four.codes[j % 4];
        begin = end;
    }
}

} // namespace

bool isSupported() { return processorLevel() >= ProcessorLevel::Avx2; }

void productGroup(const PackedLayout& layout, const std::byte* group, const PackedInputs& x, int tokens,
                  float* y) {
    switch (tokens) {
    case 2: return productOfKind<2>(layout, group, x, y);
    default: assert(tokens == 1); return productOfKind<1>(layout, group, x, y);
    }
}

void addRun(const RunProduct& op, const PackedInput& x, std::int32_t* totals, float* sums) {
    FourInputs fours[kTileColumns / 4] = {};
    const std::size_t count = (op.used.size() + 3) / 4;
    const std::byte* const firstCodes = op.packed + op.run.headBytes();
    for (std::size_t i = 0; i < 4 * count; ++i) {
        // Where fewer are left, the first stands in for the others, times zero.
        const bool exists = i < op.used.size();
        const std::size_t input = op.used[exists ? i : 0];
        FourInputs& four = fours[i / 4];
        four.codes[i % 4] = firstCodes + input * op.run.inputBytes();
        const std::size_t byte = i % 4;
        const std::int16_t both = exists ? x.codes[input] : std::int16_t{0};
        reinterpret_cast<std::int8_t*>(&four.high)[byte] = exists ? x.high[input] : std::int8_t{0};
        reinterpret_cast<std::int8_t*>(&four.low)[byte] = exists ? x.low[input] : std::int8_t{0};
        std::memcpy(reinterpret_cast<std::byte*>(four.both) + 2 * byte, &both, sizeof both);
    }
    planFetches(op, count, fours);
    if (op.run.layout.codeBits == 8)
        op.run.layout.hasMinimum ? addRunOfKind<8, true>(op, x, fours, count, totals, sums)
                                 : addRunOfKind<8, false>(op, x, fours, count, totals, sums);
    else
        op.run.layout.hasMinimum ? addRunOfKind<4, true>(op, x, fours, count, totals, sums)
                                 : addRunOfKind<4, false>(op, x, fours, count, totals, sums);
}

#else

bool isSupported() { return false; }
void productGroup(const PackedLayout&, const std::byte*, const PackedInputs&, int, float*) { assert(false); }
void addRun(const RunProduct&, const PackedInput&, std::int32_t*, float*) { assert(false); }

#endif

} // namespace engine::avx2
