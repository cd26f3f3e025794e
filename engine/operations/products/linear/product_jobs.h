// product_jobs.h: how one launch works on several products: each has blocks of its own, as many as its share
// of the weights' bytes, because the time of products with few tokens is that of reading them.
#pragma once

#include "engine/cuda/device/stream.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/products/linear/linear_end.cuh"

#include <algorithm>
#include <cassert>
#include <span>

namespace engine::cuda {

struct ProductJob {
    const void* weights = nullptr;
    const float* x = nullptr;
    LinearOutput output;
    int rows = 0;
    int columns = 0;
    int xStride = 0;
    int firstBlock = 0;
    int blocks = 0;

    // How often all its blocks take `rowsPerBlock` rows each until no row is left.
    [[nodiscard]] __device__ int rounds(int rowsPerBlock) const {
        const int perRound = rowsPerBlock * blocks;
        return (rows + perRound - 1) / perRound;
    }
};

// As a kernel's parameter.
struct ProductJobs {
    ProductJob job[kMostJobs];
    int count = 0;

    // The job that a block works on.
    [[nodiscard]] __device__ const ProductJob& ofBlock(int block) const {
        int index = 0;
        while (index + 1 < count && block >= job[index + 1].firstBlock)
            ++index;
        return job[index];
    }
    [[nodiscard]] int blocks() const { return job[count - 1].firstBlock + job[count - 1].blocks; }
};

// At most `blocks` blocks in all, so that none has to wait for another to end, and at least one each; no
// product gets more than there are groups of `rowsPerBlock` rows in it.
inline ProductJobs dividedAmong(std::span<const LinearJob> jobs, int blocks, int rowsPerBlock) {
    assert(!jobs.empty() && jobs.size() <= kMostJobs);
    std::size_t bytes = 0;
    for (const LinearJob& job : jobs)
        bytes += job.weights.byteSize();
    ProductJobs divided;
    const int spare = std::max(0, blocks - static_cast<int>(jobs.size()));
    int next = 0;
    for (const LinearJob& job : jobs) {
        const double share = static_cast<double>(job.weights.byteSize()) / static_cast<double>(bytes);
        const int most = blocksFor(job.weights.rows, rowsPerBlock);
        const int own = std::min(1 + static_cast<int>(share * spare), most);
        divided.job[divided.count++] = {job.weights.data,    job.x,       outputOf(job), job.weights.rows,
                                        job.weights.columns, job.xStride, next,          own};
        next += own;
    }
    return divided;
}

// Calls run.operator()<kTokens>() for the least number of tokens at once that kernels are made for: 1, 2, 4
// or 8.
template <class Run> void withTokens(int tokens, Run&& run) {
    assert(tokens > 0 && tokens <= 8);
    if (tokens == 1)
        run.template operator()<1>();
    else if (tokens == 2)
        run.template operator()<2>();
    else if (tokens <= 4)
        run.template operator()<4>();
    else
        run.template operator()<8>();
}

} // namespace engine::cuda
