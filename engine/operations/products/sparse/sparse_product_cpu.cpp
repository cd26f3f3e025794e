#include "engine/operations/products/sparse/sparse_product.h"

#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/quantised/packed_product_x86.h"
#include "engine/operations/products/sparse/sparse_loops.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstring>

namespace engine {

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
                addSparseRows(m_job.weights, rows, isPacked() ? m_rowOfSums : m_outputs,
                              sums + t * m_rowOfSums);
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
            addSparseRun(m_run, runAt(used[first] / kTileColumns), codeSums + t * m_rowOfSums, inputSum,
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
            widenSparseRun(run, weights.group(group), begin, count, to);
        } else {
            const std::byte* const stored = weights.group(group) + begin * bytesPerBlock(weights.type);
            widenRows({weights.type, 1, static_cast<int>(count), stored}, 0, 1, to);
        }
    }
}

} // namespace engine
