// linear_cuda.cu: hands the products of a batch to the kernels for their kind of weights and number of
// tokens.
#include "engine/operations/products/linear/linear.h"

#include "engine/cuda/device/stream.h"
#include "engine/operations/products/linear/linear_memory.h"
#include "engine/operations/products/linear/linear_parts.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace engine::cuda {

namespace {

// Some of a batch's jobs.
class Selection {
public:
    void add(const LinearJob& job) { m_jobs[m_count++] = job; }
    [[nodiscard]] std::span<const LinearJob> jobs() const { return {m_jobs.data(), m_count}; }

    // The same from this token on.
    [[nodiscard]] Selection fromToken(int token) const {
        Selection rest = *this;
        const auto t = static_cast<std::size_t>(token);
        for (LinearJob& job : std::span(rest.m_jobs).first(m_count)) {
            const std::size_t streamOffset = t * static_cast<std::size_t>(job.weights.rows);
            job.x += t * static_cast<std::size_t>(job.xStride);
            job.y += t * static_cast<std::size_t>(job.yStride);
            if (job.stream != nullptr)
                job.stream += streamOffset;
            if (job.receptance != nullptr)
                job.receptance += streamOffset;
        }
        return rest;
    }

private:
    std::array<LinearJob, kMostJobs> m_jobs;
    std::size_t m_count = 0;
};

[[maybe_unused]] bool isSound(const LinearJob& job) {
    const DataType type = job.weights.type;
    return job.weights.rows > 0 && job.weights.columns > 0 && job.weights.data != nullptr &&
           job.x != nullptr && job.y != nullptr && job.xStride >= job.weights.columns &&
           job.yStride >= job.weights.rows &&
           (job.weights.isPacked || type == DataType::Float32 || type == DataType::Float16 ||
            type == DataType::BFloat16) &&
           (!job.weights.isPacked || job.weights.columns % kTileColumns == 0) &&
           (job.end == LinearEnd::Store || job.yStride == job.weights.rows) &&
           ((job.end == LinearEnd::AddToStream) == (job.stream != nullptr));
}

} // namespace

void linear(std::span<const LinearJob> jobs, int tokens, LinearMemory& memory, const Stream& stream) {
    assert(tokens >= 0 && jobs.size() <= kMostJobs);
    if (tokens == 0)
        return;
    memory.reserve(jobs, tokens);
    Selection rows, packed, sparse, many;
    for (LinearJob job : jobs) {
        if (job.xStride == 0)
            job.xStride = job.weights.columns;
        if (job.yStride == 0)
            job.yStride = job.weights.rows;
        assert(isSound(job));
        Selection& selection = tokens > mostTokensForRows(job.weights)         ? many
                               : job.weights.order == MatrixOrder::ColumnMajor ? sparse
                               : job.weights.isPacked                          ? packed
                                                                               : rows;
        selection.add(job);
    }
    const bool hasFew = many.jobs().size() < jobs.size();
    for (int token = 0; hasFew && token < tokens; token += kMostTokensAtOnce) {
        const int count = std::min(kMostTokensAtOnce, tokens - token);
        rowProducts(rows.fromToken(token).jobs(), count, stream);
        packedProducts(packed.fromToken(token).jobs(), count, stream);
        const Selection part = sparse.fromToken(token);
        for (const LinearJob& job : part.jobs())
            sparseProduct(job, count, memory, stream);
    }
    matrixProducts(many.jobs(), tokens, memory, stream);
}

} // namespace engine::cuda
