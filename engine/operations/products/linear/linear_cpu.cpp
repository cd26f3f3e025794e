#include "engine/operations/products/linear/linear.h"

#include "engine/operations/products/linear/few_rows.h"
#include "engine/operations/products/linear/many_rows.h"
#include "engine/operations/products/sparse/sparse_product.h"

#include <cassert>

namespace engine {

namespace {

// Up to here the row kernels are faster than oneDNN, which first repacks the weights. Where they must be
// converted as well, it takes longer to pay (Zen 5, 2048 inputs: 8 for bfloat16, 8 to 12 for float32, 32 for
// float16).
constexpr int kMostRowTokens = 8;
constexpr int kMostRowTokensConverted = 32;

LinearJob withStrides(LinearJob job) {
    if (job.xStride == 0)
        job.xStride = job.weights.columns;
    if (job.yStride == 0)
        job.yStride = job.weights.rows;
    return job;
}

[[maybe_unused]] bool isSound(const LinearJob& job) {
    const DataType type = job.weights.type;
    return job.weights.rows > 0 && job.weights.columns > 0 && job.weights.data != nullptr &&
           job.x != nullptr && job.y != nullptr && job.xStride >= job.weights.columns &&
           job.yStride >= job.weights.rows &&
           (job.weights.isPacked || type == DataType::Float32 || type == DataType::Float16 ||
            type == DataType::BFloat16);
}

} // namespace

void linearBatch(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch) {
    assert(tokens >= 0 && jobs.size() <= kMostJobs);
    if (tokens == 0)
        return;
    scratch.rowJobs.clear();
    scratch.sparseJobs.clear();
    scratch.tiledJobs.clear();
    for (const LinearJob& job : jobs) {
        const bool isForRows =
            tokens <= (isConverted(job.weights) ? kMostRowTokensConverted : kMostRowTokens);
        auto& batch = !isForRows                                   ? scratch.tiledJobs
                      : job.weights.order == MatrixOrder::RowMajor ? scratch.rowJobs
                                                                   : scratch.sparseJobs;
        batch.push_back(withStrides(job));
        assert(isSound(batch.back()));
    }
    if (!scratch.rowJobs.empty())
        fewRowsProducts(scratch.rowJobs, tokens, pool, scratch);
    for (const LinearJob& job : scratch.sparseJobs)
        sparseProduct(job, tokens, pool, scratch);
    if (!scratch.tiledJobs.empty())
        manyRowsProducts(scratch.tiledJobs, tokens, pool, scratch);
}

void linear(const Matrix& weights, const float* x, float* y, int tokens, ThreadPool& pool,
            LinearScratch& scratch) {
    const LinearJob job{weights, x, y};
    linearBatch({&job, 1}, tokens, pool, scratch);
}

} // namespace engine
