#include "engine/operations/products/sparse/sparse_product.h"

#include "engine/cpu/simd_targets.h"
#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/quantised/packed_product_x86.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/products/sparse/sparse_product_cpu.cpp"
#include <hwy/foreach_target.h>

#include "engine/cpu/stored_value-inl.h"

#include <hwy/highway.h>

#ifndef ENGINE_KERNELS_SKIPPING_PRODUCT_ONCE
#define ENGINE_KERNELS_SKIPPING_PRODUCT_ONCE

namespace engine {

// So many inputs are added at once: each sum is then loaded and stored for four products.
inline constexpr std::size_t kInputsAtOnce = 4;

// Where the weights of some inputs begin, and of those that come next, to be fetched meanwhile. Memory is
// read row by row with gaps, which the processor's own prefetchers do not foresee.
struct InputRows {
    std::array<const std::byte*, kInputsAtOnce> rows;
    std::array<const std::byte*, kInputsAtOnce> next;
    std::array<float, kInputsAtOnce> x;
};

} // namespace engine

#endif

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;

HWY_INLINE void fetch(const InputRows& inputs, std::size_t byte) {
    for (const std::byte* next : inputs.next)
        __builtin_prefetch(next + byte);
}

// sums[c] += x[0] rows[0][c] + ... for weights that are values, or codes, without their offset and in their
// own order.
template <class Stored> void addRows(const InputRows& inputs, std::size_t outputs, float* sums) {
    const FloatTag d;
    const std::size_t lanes = hn::Lanes(d);
    const Stored* rows[kInputsAtOnce];
    hn::Vec<FloatTag> x[kInputsAtOnce];
    for (std::size_t i = 0; i < kInputsAtOnce; ++i) {
        rows[i] = reinterpret_cast<const Stored*>(inputs.rows[i]);
        x[i] = hn::Set(d, inputs.x[i]);
    }
    std::size_t c = 0;
    for (; c + lanes <= outputs; c += lanes) {
        if (c * sizeof(Stored) % 64 == 0)
            fetch(inputs, c * sizeof(Stored));
        auto sum = hn::LoadU(d, sums + c);
        for (std::size_t i = 0; i < kInputsAtOnce; ++i)
            sum = hn::MulAdd(widened(d, rows[i] + c), x[i], sum);
        hn::StoreU(sum, d, sums + c);
    }
    if (c < outputs) {
        HWY_ALIGN float sum[hn::MaxLanes(FloatTag())];
        auto total = widenedTail(d, sums + c, outputs - c);
        for (std::size_t i = 0; i < kInputsAtOnce; ++i)
            total = hn::MulAdd(widenedTail(d, rows[i] + c, outputs - c), x[i], total);
        hn::Store(total, d, sum);
        std::copy_n(sum, outputs - c, sums + c);
    }
}

// The same for 4-bit codes; `outputs` is a multiple of 128.
void addNibbles(const InputRows& inputs, std::size_t outputs, float* sums) {
    const hn::CappedTag<float, 16> d;
    const hn::Rebind<std::int32_t, decltype(d)> integers;
    const hn::Rebind<std::uint8_t, decltype(d)> bytes;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t unit = 0; unit < outputs / 128; ++unit) {
        fetch(inputs, unit * 64);
        for (std::size_t j = 0; j < 64; j += lanes) {
            float* const low = sums + 128 * unit + j;
            float* const high = low + 64;
            auto lowSum = hn::LoadU(d, low);
            auto highSum = hn::LoadU(d, high);
            for (std::size_t i = 0; i < kInputsAtOnce; ++i) {
                const auto* codes = reinterpret_cast<const std::uint8_t*>(inputs.rows[i]) + 64 * unit + j;
                const auto pairs = hn::PromoteTo(integers, hn::LoadU(bytes, codes));
                const auto x = hn::Set(d, inputs.x[i]);
                lowSum = hn::MulAdd(hn::ConvertTo(d, hn::And(pairs, hn::Set(integers, 15))), x, lowSum);
                highSum = hn::MulAdd(hn::ConvertTo(d, hn::ShiftRight<4>(pairs)), x, highSum);
            }
            hn::StoreU(lowSum, d, low);
            hn::StoreU(highSum, d, high);
        }
    }
}

void addRowsImpl(const Matrix& weights, const InputRows& inputs, std::size_t outputs, float* sums) {
    if (weights.isPacked)
        return packedLayout(weights.type).codeBits == 8 ? addRows<std::uint8_t>(inputs, outputs, sums)
                                                        : addNibbles(inputs, outputs, sums);
    switch (weights.type) {
    case DataType::Float16: return addRows<hwy::float16_t>(inputs, outputs, sums);
    case DataType::BFloat16: return addRows<hwy::bfloat16_t>(inputs, outputs, sums);
    default: return addRows<float>(inputs, outputs, sums);
    }
}

// sums += scale * (codeSums - offset * inputSum) + minimum * inputSum, for a run of 32 inputs; `codeSums` are
// in the order of the codes.
void addRunImpl(const PackedRun& run, const std::byte* head, const float* codeSums, float inputSum,
                float* sums) {
    const hn::CappedTag<float, 64> d;
    const auto* scales = reinterpret_cast<const hwy::float16_t*>(head);
    const float offset = static_cast<float>(run.layout.offset) * inputSum;
    for (std::size_t unit = 0; unit < run.outputs; unit += 64) {
        HWY_ALIGN float inOrder[64];
        for (std::size_t output = 0; output < 64; output += 4)
            std::copy_n(codeSums + unit + placeInRun(output), 4, inOrder + output);
        for (std::size_t i = 0; i < 64; i += hn::Lanes(d)) {
            const std::size_t output = unit + i;
            const auto codes = hn::Sub(hn::Load(d, inOrder + i), hn::Set(d, offset));
            auto sum = hn::MulAdd(widened(d, scales + output), codes, hn::LoadU(d, sums + output));
            if (run.layout.hasMinimum)
                sum = hn::MulAdd(widened(d, scales + run.outputs + output), hn::Set(d, inputSum), sum);
            hn::StoreU(sum, d, sums + output);
        }
    }
}

// The weights of a run's inputs for outputs [begin, begin + count), rows of `count` values; begin is a
// multiple of 64. What is packed is filled up, `out` is not.
void widenRunImpl(const PackedRun& run, const std::byte* packed, std::size_t begin, std::size_t count,
                  float* out) {
    const hn::CappedTag<float, 64> d;
    const std::size_t lanes = hn::Lanes(d);
    const bool isByte = run.layout.codeBits == 8;
    const auto* halves = reinterpret_cast<const hwy::float16_t*>(packed);
    for (std::size_t c = begin; c < begin + count; c += 64) {
        HWY_ALIGN float scales[64], starts[64], row[64];
        for (std::size_t i = 0; i < 64; i += lanes) {
            const auto scale = widened(d, halves + c + i);
            const auto offset = hn::Set(d, static_cast<float>(-run.layout.offset));
            hn::Store(scale, d, scales + i);
            hn::Store(run.layout.hasMinimum ? widened(d, halves + run.outputs + c + i)
                                            : hn::Mul(scale, offset),
                      d, starts + i);
        }
        const std::size_t kept = std::min<std::size_t>(64, begin + count - c);
        const std::byte* codes = packed + run.headBytes() + (isByte ? c / 64 : c / 128) * 64;
        for (std::size_t input = 0; input < kTileColumns; ++input, codes += run.inputBytes()) {
            HWY_ALIGN std::uint8_t inOrder[64];
            for (std::size_t output = 0; output < 64; output += 4)
                std::memcpy(inOrder + output, codes + placeInRun(output), 4);
            if (!isByte)
                for (std::uint8_t& code : inOrder)
                    code = c % 128 == 0 ? code & 15 : code >> 4;
            float* const place = out + input * count + c - begin;
            float* const to = kept == 64 ? place : row;
            for (std::size_t i = 0; i < 64; i += lanes)
                hn::StoreU(
                    hn::MulAdd(widened(d, inOrder + i), hn::Load(d, scales + i), hn::Load(d, starts + i)), d,
                    to + i);
            if (kept < 64)
                std::copy_n(row, kept, place);
        }
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace engine {

HWY_EXPORT(addRowsImpl);
HWY_EXPORT(addRunImpl);
HWY_EXPORT(widenRunImpl);

namespace {

// Parts of the inputs that are summed apart, and then added up in order: the same whatever the number of
// threads.
constexpr std::size_t kParts = 16;

// Below this a product is done before a second thread has woken up.
constexpr std::size_t kLeastSharedBytes = 65536;

class SparseProduct {
public:
    SparseProduct(const LinearJob& job, int tokens, LinearScratch& scratch)
        : m_job(job)
        , m_run(job.weights.isPacked ? packedRun(job.weights.type, job.weights.rows) : PackedRun{})
        , m_tokens(static_cast<std::size_t>(tokens))
        , m_inputs(static_cast<std::size_t>(job.weights.columns))
        , m_outputs(static_cast<std::size_t>(job.weights.rows))
        , m_rowOfSums((m_outputs + 127) / 128 * 128)
        , m_partLength((m_inputs + kParts * kTileColumns - 1) / (kParts * kTileColumns) * kTileColumns) {
        const std::size_t sums = kParts * m_tokens * m_rowOfSums;
        const bool isPlain = m_kernels == PackedKernels::Plain;
        scratch.sparseSums.ensure(isPacked() && isPlain ? 2 * sums : sums);
        if (isPacked() && m_kernels == PackedKernels::Avx2)
            scratch.sparseTotals.ensure(kParts * m_rowOfSums);
        scratch.usedInputs.ensure(kParts * usedRoom());
        m_partSums = scratch.sparseSums.data();
        m_codeSums = isPacked() && isPlain ? m_partSums + sums : nullptr;
        m_totals = scratch.sparseTotals.data();
        m_used = scratch.usedInputs.data();
        if (isPacked() && !isPlain) {
            scratch.packedInputs.ensure(m_tokens * runs() * sizeof(PackedInput));
            m_packedInputs = reinterpret_cast<PackedInput*>(scratch.packedInputs.data());
        }
    }

    [[nodiscard]] std::size_t parts() const { return (m_inputs + m_partLength - 1) / m_partLength; }

    void sumPart(std::size_t part) const {
        const std::size_t begin = part * m_partLength, end = std::min(begin + m_partLength, m_inputs);
        std::uint32_t* const memory = m_used + part * usedRoom();
        const std::size_t count = findUsed(begin, end, memory);
        m_usedCount.fetch_add(count, std::memory_order_relaxed);
        // The next part's first run is only fetched: most likely this thread comes to it next.
        const std::size_t following = findUsed(end, std::min(end + kTileColumns, m_inputs), memory + count);
        const std::span<const std::uint32_t> used(memory, count + following);
        float* const sums = m_partSums + part * m_tokens * m_rowOfSums;
        std::fill_n(sums, m_tokens * m_rowOfSums, 0.0f);
        if (!isPacked())
            return addInputs(used, 0, count, sums);
        if (m_packedInputs != nullptr)
            packPart(begin, end);
        for (std::size_t first = 0; first < count;) {
            const std::size_t runEnd = endOfRun(used, first);
            if (m_packedInputs != nullptr)
                addPackedRun(used, first, runEnd, part, sums);
            else
                addRun(used, first, runEnd, m_codeSums + part * m_tokens * m_rowOfSums, sums);
            first = runEnd;
        }
    }

    void countSkipped(SkippedWork& skipped) const {
        const std::size_t zeros = m_inputs - m_usedCount;
        skipped.inputs += m_inputs;
        skipped.zeros += zeros;
        skipped.bytes += zeros * (isPacked() ? m_run.inputBytes() : m_job.weights.groupBytes());
    }

    void addUp() const {
        for (std::size_t t = 0; t < m_tokens; ++t) {
            float* const y = m_job.y + t * static_cast<std::size_t>(m_job.yStride);
            std::copy_n(m_partSums + t * m_rowOfSums, m_outputs, y);
            for (std::size_t part = 1; part < parts(); ++part) {
                const float* sums = m_partSums + (part * m_tokens + t) * m_rowOfSums;
                for (std::size_t c = 0; c < m_outputs; ++c)
                    y[c] += sums[c];
            }
        }
    }

private:
    [[nodiscard]] std::size_t runs() const { return m_inputs / kTileColumns; }
    // A part's inputs, and those of the run behind it.
    [[nodiscard]] std::size_t usedRoom() const { return m_partLength + kTileColumns; }
    [[nodiscard]] bool isPacked() const { return m_job.weights.isPacked; }
    [[nodiscard]] float input(std::size_t token, std::size_t index) const {
        return m_job.x[token * static_cast<std::size_t>(m_job.xStride) + index];
    }
    [[nodiscard]] const std::byte* weightsOf(std::size_t index) const {
        if (!isPacked())
            return m_job.weights.group(static_cast<int>(index));
        return runAt(index / kTileColumns) + m_headBytes + index % kTileColumns * m_inputBytes;
    }

    [[nodiscard]] const std::byte* runAt(std::size_t run) const {
        return static_cast<const std::byte*>(m_job.weights.data) + run * m_runBytes;
    }

    // Writes the inputs that are not zero for every token, and returns their number; NaN is not zero.
    std::size_t findUsed(std::size_t begin, std::size_t end, std::uint32_t* used) const {
        std::size_t count = 0;
        for (std::size_t i = begin; i < end; ++i) {
            bool isUsed = false;
            for (std::size_t t = 0; t < m_tokens; ++t)
                isUsed |= input(t, i) != 0;
            used[count] = static_cast<std::uint32_t>(i);
            count += isUsed ? 1 : 0;
        }
        return count;
    }

    // Adds used[first] .. used[end - 1]. The inputs after those are only fetched.
    void addInputs(std::span<const std::uint32_t> used, std::size_t first, std::size_t end,
                   float* sums) const {
        for (; first < end; first += kInputsAtOnce) {
            InputRows rows;
            for (std::size_t i = 0; i < kInputsAtOnce; ++i) {
                // Where fewer are left, the first stands in for the others, times zero.
                rows.rows[i] = weightsOf(used[first + i < end ? first + i : first]);
                const std::size_t next = std::min(first + kInputsAtOnce, end) + i;
                rows.next[i] = next < used.size() ? weightsOf(used[next]) : rows.rows[i];
            }
            for (std::size_t t = 0; t < m_tokens; ++t) {
                for (std::size_t i = 0; i < kInputsAtOnce; ++i)
                    rows.x[i] = first + i < end ? input(t, used[first + i]) : 0.0f;
                HWY_DYNAMIC_DISPATCH(addRowsImpl)
                (m_job.weights, rows, isPacked() ? m_rowOfSums : m_outputs, sums + t * m_rowOfSums);
            }
        }
    }

    // The used inputs from `first` on that are of its run end here.
    static std::size_t endOfRun(std::span<const std::uint32_t> used, std::size_t first) {
        std::size_t end = first;
        while (end < used.size() && used[end] / kTileColumns == used[first] / kTileColumns)
            ++end;
        return end;
    }

    void addRun(std::span<const std::uint32_t> used, std::size_t first, std::size_t end, float* codeSums,
                float* sums) const {
        std::fill_n(codeSums, m_tokens * m_rowOfSums, 0.0f);
        addInputs(used, first, end, codeSums);
        for (std::size_t t = 0; t < m_tokens; ++t) {
            float inputSum = 0;
            for (const std::uint32_t index : used.subspan(first, end - first))
                inputSum += input(t, index);
            HWY_DYNAMIC_DISPATCH(addRunImpl)
            (m_run, runAt(used[first] / kTileColumns), codeSums + t * m_rowOfSums, inputSum,
             sums + t * m_rowOfSums);
        }
    }

    void addPackedRun(std::span<const std::uint32_t> used, std::size_t first, std::size_t end,
                      std::size_t part, float* sums) const {
        const std::size_t run = used[first] / kTileColumns;
        std::array<std::uint8_t, kTileColumns> ofRun;
        for (std::size_t i = first; i < end; ++i)
            ofRun[i - first] = static_cast<std::uint8_t>(used[i] % kTileColumns);
        std::array<const std::byte*, kTileColumns> next;
        const std::size_t nextEnd = endOfRun(used, end);
        for (std::size_t i = end; i < nextEnd; ++i)
            next[i - end] = weightsOf(used[i]);
        const std::byte* const packed = runAt(run);
        const std::byte* const nextRun = end < used.size() ? runAt(used[end] / kTileColumns) : packed;
        RunProduct product{m_run, packed, std::span(ofRun).first(end - first), nextRun,
                           std::span(next).first(nextEnd - end)};
        for (std::size_t t = 0; t < m_tokens; ++t) {
            const PackedInput& x = m_packedInputs[t * runs() + run];
            if (m_kernels == PackedKernels::Vnni)
                vnni::addRun(product, x, sums + t * m_rowOfSums);
            else
                avx2::addRun(product, x, m_totals + part * m_rowOfSums, sums + t * m_rowOfSums);
            product.next = {}; // once is enough
        }
    }

    void packPart(std::size_t begin, std::size_t end) const {
        for (std::size_t t = 0; t < m_tokens; ++t)
            packInputs(m_job.x + t * static_cast<std::size_t>(m_job.xStride) + begin, end - begin,
                       m_packedInputs + t * runs() + begin / kTileColumns);
    }

    const LinearJob& m_job;
    PackedRun m_run;
    std::size_t m_headBytes = m_run.headBytes(), m_inputBytes = m_run.inputBytes(),
                m_runBytes = m_run.byteSize();
    PackedKernels m_kernels = packedKernels();
    std::size_t m_tokens, m_inputs, m_outputs, m_rowOfSums, m_partLength;
    float* m_partSums = nullptr;           // [kParts, tokens, m_rowOfSums]
    float* m_codeSums = nullptr;           // the same, for packed weights and plain kernels
    std::int32_t* m_totals = nullptr;      // [kParts, m_rowOfSums], for packed weights with AVX2
    PackedInput* m_packedInputs = nullptr; // [tokens, runs()], for packed weights but plain kernels
    std::uint32_t* m_used = nullptr;
    mutable std::atomic<std::size_t> m_usedCount{0};
};

} // namespace

void sparseProduct(const LinearJob& job, int tokens, ThreadPool& pool, LinearScratch& scratch) {
    assert(job.weights.order == MatrixOrder::ColumnMajor && tokens > 0);
    const SparseProduct product(job, tokens, scratch);
    const bool isShared = job.weights.byteSize() > kLeastSharedBytes;
    scratch.claims.deal(static_cast<int>(product.parts()), isShared ? pool.size() : 1);
    const auto sumParts = [&](int thread) {
        while (const auto part = scratch.claims.next(thread))
            product.sumPart(static_cast<std::size_t>(*part));
    };
    if (isShared)
        pool.run(sumParts);
    else
        sumParts(0);
    product.addUp();
    product.countSkipped(scratch.skipped);
}

void widenColumnMajor(const Matrix& weights, int outputBegin, int outputEnd, float* out) {
    const auto begin = static_cast<std::size_t>(outputBegin);
    const auto count = static_cast<std::size_t>(outputEnd - outputBegin);
    for (int group = 0; group < weights.groups(); ++group) {
        float* const to = out + static_cast<std::size_t>(group * weights.groupLength()) * count;
        if (weights.isPacked) {
            const PackedRun run = packedRun(weights.type, weights.rows);
            HWY_DYNAMIC_DISPATCH(widenRunImpl)
            (run, weights.group(group), begin, count, to);
        } else {
            const std::byte* const stored = weights.group(group) + begin * bytesPerBlock(weights.type);
            widenRows({weights.type, 1, static_cast<int>(count), stored}, 0, 1, to);
        }
    }
}

} // namespace engine

#endif // HWY_ONCE
