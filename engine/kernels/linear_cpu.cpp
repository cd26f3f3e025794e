#include "engine/kernels/linear.h"

#include "engine/kernels/matrix_product.h"
#include "engine/kernels/row_product.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <utility>

namespace engine {

namespace {

// Up to here the row kernels are faster than oneDNN, which first repacks the weights. Where they must be
// widened as well, it takes longer to pay (Zen 5, 2048 inputs: 8 for bfloat16, 8 to 12 for float32, 32 for
// float16).
constexpr int kMostRowTokens = 8;
constexpr int kMostRowTokensWidened = 32;

// Below this much work a product is done before a second thread has woken up.
constexpr std::size_t kSerialBytes = 32768;

// What a thread claims at a time is a sixteenth of its share, so that the threads end together, within these
// limits: claims cost a little, and what is fetched ahead of a claim's end is lost if another thread goes on there.
constexpr std::size_t kLeastClaimBytes = 8192;
constexpr std::size_t kMostClaimBytes = 262144;
constexpr std::size_t kClaimsPerThread = 16;

// Tiles of y for oneDNN. From 128 outputs and 256 tokens up they reach 98 % of the best rate (Zen 5); with
// fewer outputs in a tile more threads find work. Fixed, so that results do not depend on the number of
// threads.
constexpr int kTileOutputs = 128;
constexpr int kTileTokens = 512;

int pieces(int size, int tile) {
    return (size + tile - 1) / tile;
}

LinearJob withStrides(LinearJob job) {
    if (job.xStride == 0)
        job.xStride = job.weights.columns;
    if (job.yStride == 0)
        job.yStride = job.weights.rows;
    return job;
}

// ---- few rows of x ----

void rowProducts(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool) {
    std::size_t bytes = 0;
    for (const LinearJob& job : jobs)
        bytes += job.weights.byteSize();
    if (pool.size() == 1 || bytes * static_cast<std::size_t>(tokens) <= kSerialBytes) {
        for (const LinearJob& job : jobs)
            rowProduct(job, tokens, 0, job.weights.rows);
        return;
    }
    const std::size_t share = bytes / (kClaimsPerThread * static_cast<std::size_t>(pool.size()));
    const std::size_t claimBytes = std::clamp(share, kLeastClaimBytes, kMostClaimBytes);
    std::atomic<int> next{0};
    pool.run([&](int) {
        int before = 0; // claims of the jobs before this one
        int claim = next++;
        for (const LinearJob& job : jobs) {
            const int rows = std::max(1, static_cast<int>(claimBytes / job.weights.rowBytes()));
            const int claims = pieces(job.weights.rows, rows);
            for (; claim < before + claims; claim = next++) {
                const int begin = (claim - before) * rows;
                rowProduct(job, tokens, begin, std::min(begin + rows, job.weights.rows));
            }
            before += claims;
        }
    });
}

// ---- many rows of x ----

// One job, cut into tiles. A tile of outputs is at most kTileOutputs rows of weights; where these are widened
// first, all tokens follow at once, otherwise each tile of tokens stands alone.
struct TiledJob {
    LinearJob job;
    bool isWidened = false;
    const void* x = nullptr; // what oneDNN reads: job.x, or its rounded copy
    int xStride = 0;
    std::size_t xElement = sizeof(float);
    std::shared_ptr<const PreparedProduct>
        products[2][2]; // [last tile of tokens][last tile of outputs]; may be null

    [[nodiscard]] int outputTiles() const { return pieces(job.weights.rows, kTileOutputs); }
    [[nodiscard]] int claims(int tokens) const {
        return outputTiles() * (isWidened ? 1 : pieces(tokens, kTileTokens));
    }
};

// The rounded copies of x, one for each distinct x of the batch.
class RoundedInputs {
public:
    RoundedInputs(std::span<const TiledJob> jobs, int tokens)
        : m_tokens(static_cast<std::size_t>(tokens)) {
        for (const TiledJob& tiled : jobs)
            if (isRounded(tiled) && !find(tiled.job))
                m_copies.push_back(
                    {tiled.job, std::exchange(m_size, m_size + m_tokens * columns(tiled.job))});
    }
    static bool isRounded(const TiledJob& tiled) {
        return !tiled.isWidened && tiled.job.weights.type == DataType::BFloat16;
    }
    void fill(ThreadPool& pool, AlignedBuffer<std::uint16_t>& memory) {
        if (m_copies.empty())
            return;
        memory.ensure(m_size);
        pool.parallelFor(m_tokens, 1, [&](std::size_t begin, std::size_t end) {
            for (const Copy& copy : m_copies)
                for (std::size_t t = begin; t < end; ++t)
                    roundToBfloat16(copy.job.x + t * static_cast<std::size_t>(copy.job.xStride),
                                    memory.data() + copy.offset + t * columns(copy.job), columns(copy.job));
        });
    }
    [[nodiscard]] std::size_t offset(const LinearJob& job) const { return find(job)->offset; }

private:
    struct Copy {
        LinearJob job;
        std::size_t offset;
    };
    static std::size_t columns(const LinearJob& job) { return static_cast<std::size_t>(job.weights.columns); }
    [[nodiscard]] const Copy* find(const LinearJob& job) const {
        for (const Copy& copy : m_copies)
            if (copy.job.x == job.x && copy.job.xStride == job.xStride &&
                copy.job.weights.columns == job.weights.columns)
                return &copy;
        return nullptr;
    }

    std::size_t m_tokens;
    std::size_t m_size = 0;
    std::vector<Copy> m_copies;
};

// Gets the up to four products of a job ready. Tiles without one are left to the row kernels.
void prepare(TiledJob& tiled, int tokens) {
    const Matrix& weights = tiled.job.weights;
    if (tiled.isWidened && tokens <= kMostRowTokensWidened)
        return;
    for (const bool lastTokens : {false, true})
        for (const bool lastOutputs : {false, true}) {
            ProductShape shape;
            shape.m = lastTokens ? tokens - (pieces(tokens, kTileTokens) - 1) * kTileTokens : kTileTokens;
            shape.n = lastOutputs ? weights.rows - (tiled.outputTiles() - 1) * kTileOutputs : kTileOutputs;
            shape.k = weights.columns;
            shape.transposeB = true;
            shape.inputs = tiled.isWidened ? DataType::Float32 : weights.type;
            shape.strideA = tiled.xStride;
            shape.strideC = tiled.job.yStride;
            const bool exists =
                (lastTokens || tokens > kTileTokens) && (lastOutputs || weights.rows > kTileOutputs);
            if (!exists)
                continue;
            if (auto product = PreparedProduct::get(shape))
                tiled.products[lastTokens][lastOutputs] = std::move(*product);
        }
}

class TileRunner {
public:
    TileRunner(int tokens, float* widened, std::byte* productMemory)
        : m_tokens(tokens)
        , m_widened(widened)
        , m_productMemory(productMemory) {}

    void run(const TiledJob& tiled, int claim) const {
        const Matrix& weights = tiled.job.weights;
        const int tokenTiles = pieces(m_tokens, kTileTokens);
        const int output = (tiled.isWidened ? claim : claim / tokenTiles) * kTileOutputs;
        const int outputEnd = std::min(output + kTileOutputs, weights.rows);
        if (!tiled.isWidened) {
            const void* rows =
                static_cast<const std::byte*>(weights.data) + offset(output, weights.rowBytes());
            product(tiled, rows, claim % tokenTiles, output, outputEnd);
            return;
        }
        if (m_tokens > kMostRowTokensWidened)
            widenRows(weights, output, outputEnd, m_widened);
        for (int tile = 0; tile < tokenTiles; ++tile)
            product(tiled, m_widened, tile, output, outputEnd);
    }

private:
    static std::size_t offset(int index, std::size_t stride) {
        return static_cast<std::size_t>(index) * stride;
    }

    void product(const TiledJob& tiled, const void* rows, int tokenTile, int output, int outputEnd) const {
        const int token = tokenTile * kTileTokens;
        const bool isLastTokens = token + kTileTokens >= m_tokens;
        const auto& product = tiled.products[isLastTokens][outputEnd == tiled.job.weights.rows];
        const auto xStride = static_cast<std::size_t>(tiled.xStride);
        const auto yStride = static_cast<std::size_t>(tiled.job.yStride);
        const std::byte* x = static_cast<const std::byte*>(tiled.x) + offset(token, xStride) * tiled.xElement;
        float* y = tiled.job.y + offset(token, yStride) + output;
        if (product && product->run(x, rows, y, m_productMemory))
            return;
        LinearJob part = tiled.job;
        part.x += offset(token, static_cast<std::size_t>(part.xStride));
        part.y += offset(token, yStride);
        rowProduct(part, std::min(kTileTokens, m_tokens - token), output, outputEnd);
    }

    int m_tokens;
    float* m_widened;
    std::byte* m_productMemory;
};

void tiledProducts(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch) {
    std::vector<TiledJob> tiledJobs;
    for (const LinearJob& job : jobs) {
        TiledJob tiled;
        tiled.job = job;
        tiled.isWidened = job.weights.type == DataType::Float16 ||
                          (job.weights.type == DataType::BFloat16 && !hasBfloat16Products());
        tiledJobs.push_back(std::move(tiled));
    }
    RoundedInputs rounded(tiledJobs, tokens);
    rounded.fill(pool, scratch.roundedInputs);

    std::size_t widenedSize = 0;
    std::size_t productBytes = 0;
    for (TiledJob& tiled : tiledJobs) {
        tiled.x = tiled.job.x;
        tiled.xStride = tiled.job.xStride;
        if (RoundedInputs::isRounded(tiled)) {
            tiled.x = scratch.roundedInputs.data() + rounded.offset(tiled.job);
            tiled.xStride = tiled.job.weights.columns;
            tiled.xElement = sizeof(std::uint16_t);
        }
        if (tiled.isWidened)
            widenedSize = std::max(widenedSize, static_cast<std::size_t>(kTileOutputs) *
                                                    static_cast<std::size_t>(tiled.job.weights.columns));
        prepare(tiled, tokens);
        for (const auto& row : tiled.products)
            for (const auto& product : row)
                productBytes = std::max(productBytes, product ? product->scratchBytes() : 0);
    }
    const auto threads = static_cast<std::size_t>(pool.size());
    if (scratch.widenedTiles.size() < threads) {
        scratch.widenedTiles.resize(threads);
        scratch.productMemory.resize(threads);
    }
    for (std::size_t i = 0; i < threads; ++i) {
        scratch.widenedTiles[i].ensure(widenedSize);
        scratch.productMemory[i].ensure(productBytes);
    }

    std::atomic<int> next{0};
    pool.run([&](int thread) {
        const auto i = static_cast<std::size_t>(thread);
        const TileRunner runner(tokens, scratch.widenedTiles[i].data(), scratch.productMemory[i].data());
        int before = 0; // claims of the jobs before this one
        int claim = next++;
        for (const TiledJob& tiled : tiledJobs) {
            const int claims = tiled.claims(tokens);
            for (; claim < before + claims; claim = next++)
                runner.run(tiled, claim - before);
            before += claims;
        }
    });
}

[[maybe_unused]] bool isSound(const LinearJob& job) {
    const DataType type = job.weights.type;
    return job.weights.rows > 0 && job.weights.columns > 0 && job.weights.data != nullptr &&
           job.x != nullptr && job.y != nullptr && job.xStride >= job.weights.columns &&
           job.yStride >= job.weights.rows &&
           (type == DataType::Float32 || type == DataType::Float16 || type == DataType::BFloat16);
}

} // namespace

void linearBatch(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch) {
    assert(tokens >= 0);
    if (tokens == 0)
        return;
    scratch.jobs.clear();
    for (const LinearJob& job : jobs) {
        scratch.jobs.push_back(withStrides(job));
        assert(isSound(scratch.jobs.back()));
    }
    if (tokens <= kMostRowTokens)
        rowProducts(scratch.jobs, tokens, pool);
    else
        tiledProducts(scratch.jobs, tokens, pool, scratch);
}

void linear(const Matrix& weights, const float* x, float* y, int tokens, ThreadPool& pool,
            LinearScratch& scratch) {
    const LinearJob job{weights, x, y};
    linearBatch({&job, 1}, tokens, pool, scratch);
}

} // namespace engine
