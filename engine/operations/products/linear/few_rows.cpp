#include "engine/operations/products/linear/few_rows.h"

#include "engine/operations/products/dense/tiled_product.h"
#include "engine/operations/products/linear/distinct_inputs.h"
#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/quantised/packed_product.h"

#include <algorithm>

namespace engine {

namespace {

// Below this much work a product is done before a second thread has woken up.
constexpr std::size_t kSerialBytes = 32768;

// What a thread claims at a time is a sixteenth of its share, so that the threads end together, within these
// limits.
constexpr std::size_t kLeastClaimBytes = 8192;
constexpr std::size_t kMostClaimBytes = 262144;
constexpr std::size_t kClaimsPerThread = 16;

class RowProducts {
public:
    RowProducts(std::span<const LinearJob> jobs, int tokens, AlignedBuffer<std::byte>& memory)
        : m_jobs(jobs)
        , m_tokens(tokens)
        , m_inputs(tokens) {
        for (const LinearJob& job : jobs)
            if (job.weights.isPacked)
                m_inputs.add(job);
        memory.ensure(m_inputs.size() / kTileColumns * sizeof(PackedInput));
        m_packed = reinterpret_cast<PackedInput*>(memory.data());
        m_inputs.forEachRow(0, static_cast<std::size_t>(tokens),
                            [&](const float* x, std::size_t columns, std::size_t offset) {
                                packInputs(x, columns, m_packed + offset / kTileColumns);
                            });
    }

    void run(ThreadPool& pool, WorkClaims& claims) const {
        std::size_t bytes = 0;
        for (const LinearJob& job : m_jobs)
            bytes += job.weights.byteSize();
        if (pool.size() == 1 || bytes * static_cast<std::size_t>(m_tokens) <= kSerialBytes) {
            for (const LinearJob& job : m_jobs)
                product(job, 0, job.weights.rows);
            return;
        }
        const std::size_t share = bytes / (kClaimsPerThread * static_cast<std::size_t>(pool.size()));
        const std::size_t claimBytes = std::clamp(share, kLeastClaimBytes, kMostClaimBytes);
        int count = 0;
        for (const LinearJob& job : m_jobs)
            count += pieces(job.weights.rows, claimRows(job, claimBytes));
        claims.deal(count, pool.size());
        pool.run([&](int thread) {
            while (const auto claim = claims.next(thread))
                claimed(*claim, claimBytes);
        });
    }

private:
    static int claimRows(const LinearJob& job, std::size_t claimBytes) {
        return std::max(1, static_cast<int>(claimBytes / job.weights.groupBytes())) *
               job.weights.groupLength();
    }

    // Claims are numbered through all jobs.
    void claimed(int claim, std::size_t claimBytes) const {
        for (const LinearJob& job : m_jobs) {
            const int rows = claimRows(job, claimBytes);
            const int claims = pieces(job.weights.rows, rows);
            if (claim < claims)
                return product(job, claim * rows, std::min((claim + 1) * rows, job.weights.rows));
            claim -= claims;
        }
    }

    void product(const LinearJob& job, int rowBegin, int rowEnd) const {
        if (!job.weights.isPacked)
            return rowProduct(job, m_tokens, rowBegin, rowEnd);
        const PackedInputs inputs{m_packed + m_inputs.offset(job) / kTileColumns,
                                  static_cast<std::size_t>(job.weights.columns / kTileColumns)};
        packedRowProduct(job.weights, inputs, m_tokens, rowBegin, rowEnd, job.y,
                         static_cast<std::size_t>(job.yStride));
    }

    std::span<const LinearJob> m_jobs;
    int m_tokens;
    DistinctInputs m_inputs;
    PackedInput* m_packed = nullptr;
};

} // namespace

void fewRowsProducts(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch) {
    RowProducts(jobs, tokens, scratch.packedInputs).run(pool, scratch.claims);
}

} // namespace engine
