#include "engine/operations/products/linear/linear.h"

#include "engine/operations/products/dense/matrix_product.h"
#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/quantised/packed_product.h"
#include "engine/operations/products/sparse/sparse_product.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <utility>

namespace engine {

namespace {

// Up to here the row kernels are faster than oneDNN, which first repacks the weights. Where they must be
// converted as well, it takes longer to pay (Zen 5, 2048 inputs: 8 for bfloat16, 8 to 12 for float32, 32 for
// float16).
constexpr int kMostRowTokens = 8;
constexpr int kMostRowTokensConverted = 32;

// Below this much work a product is done before a second thread has woken up.
constexpr std::size_t kSerialBytes = 32768;

// What a thread claims at a time is a sixteenth of its share, so that the threads end together, within these
// limits.
constexpr std::size_t kLeastClaimBytes = 8192;
constexpr std::size_t kMostClaimBytes = 262144;
constexpr std::size_t kClaimsPerThread = 16;

// Tiles of y for oneDNN. From 128 outputs and 256 tokens up they reach 98 % of the best rate (Zen 5); with
// fewer outputs in a tile more threads find work. Fixed, so that results do not depend on the number of
// threads.
constexpr int kTileOutputs = 128;
constexpr int kTileTokens = 512;

int pieces(int size, int tile) { return (size + tile - 1) / tile; }

LinearJob withStrides(LinearJob job) {
    if (job.xStride == 0)
        job.xStride = job.weights.columns;
    if (job.yStride == 0)
        job.yStride = job.weights.rows;
    return job;
}

// The distinct x of a batch, for copies of them that stand one after another.
class DistinctInputs {
public:
    explicit DistinctInputs(int tokens)
        : m_tokens(static_cast<std::size_t>(tokens)) {}

    void add(const LinearJob& job) {
        if (find(job) == nullptr)
            m_inputs[m_count++] = {job, std::exchange(m_size, m_size + m_tokens * columns(job))};
    }
    [[nodiscard]] std::size_t size() const { return m_size; } // in elements
    [[nodiscard]] std::size_t offset(const LinearJob& job) const { return find(job)->offset; }
    // Calls copy(x, columns, offset) for every row of every x.
    template <class Copy> void forEachRow(std::size_t tokenBegin, std::size_t tokenEnd, Copy&& copy) const {
        for (const Input& input : inputs())
            for (std::size_t t = tokenBegin; t < tokenEnd; ++t)
                copy(input.job.x + t * static_cast<std::size_t>(input.job.xStride), columns(input.job),
                     input.offset + t * columns(input.job));
    }

private:
    struct Input {
        LinearJob job;
        std::size_t offset = 0;
    };
    static std::size_t columns(const LinearJob& job) { return static_cast<std::size_t>(job.weights.columns); }
    [[nodiscard]] std::span<const Input> inputs() const { return std::span(m_inputs).first(m_count); }
    [[nodiscard]] const Input* find(const LinearJob& job) const {
        for (const Input& input : inputs())
            if (input.job.x == job.x && input.job.xStride == job.xStride &&
                input.job.weights.columns == job.weights.columns)
                return &input;
        return nullptr;
    }

    std::size_t m_tokens;
    std::size_t m_size = 0;
    std::size_t m_count = 0;
    std::array<Input, kMostJobs> m_inputs;
};

// ---- few rows of x ----

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

// ---- many rows of x ----

// What a matrix is multiplied in.
DataType productType(const Matrix& weights) {
    return weights.type != DataType::Float32 && hasBfloat16Products() ? DataType::BFloat16
                                                                      : DataType::Float32;
}

bool isConverted(const Matrix& weights) { return weights.isPacked || weights.type != productType(weights); }

// One job, cut into tiles. A tile of outputs is at most kTileOutputs rows of weights; where these are
// converted first, all tokens follow at once, otherwise each tile of tokens stands alone.
struct TiledJob {
    LinearJob job;
    DataType inputs = DataType::Float32; // of the product
    bool isConverted = false;
    const void* x = nullptr; // what oneDNN reads: job.x, or its rounded copy
    int xStride = 0;
    std::shared_ptr<const PreparedProduct>
        products[2][2]; // [last tile of tokens][last tile of outputs]; may be null

    [[nodiscard]] int outputTiles() const { return pieces(job.weights.rows, kTileOutputs); }
    [[nodiscard]] int claims(int tokens) const {
        return outputTiles() * (isConverted ? 1 : pieces(tokens, kTileTokens));
    }
};

// Gets the up to four products of a job ready. Tiles without one are left to the row kernels.
void prepare(TiledJob& tiled, int tokens) {
    const Matrix& weights = tiled.job.weights;
    for (const bool lastTokens : {false, true})
        for (const bool lastOutputs : {false, true}) {
            ProductShape shape;
            shape.m = lastTokens ? tokens - (pieces(tokens, kTileTokens) - 1) * kTileTokens : kTileTokens;
            shape.n = lastOutputs ? weights.rows - (tiled.outputTiles() - 1) * kTileOutputs : kTileOutputs;
            shape.k = weights.columns;
            // A converted tile of a column-major matrix has no other outputs between its own.
            shape.transposeB = weights.order == MatrixOrder::RowMajor;
            shape.strideB = shape.transposeB ? 0 : tiled.isConverted ? shape.n : weights.rows;
            shape.inputs = tiled.inputs;
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

// The memory of one thread.
struct TileMemory {
    float* widened = nullptr;         // kTileOutputs rows
    std::uint16_t* rounded = nullptr; // kTileOutputs rows
    std::byte* product = nullptr;
};

class TileRunner {
public:
    TileRunner(int tokens, const TileMemory& memory)
        : m_tokens(tokens)
        , m_memory(memory) {}

    void run(const TiledJob& tiled, int claim) const {
        const Matrix& weights = tiled.job.weights;
        const int tokenTiles = pieces(m_tokens, kTileTokens);
        const int output = (tiled.isConverted ? claim : claim / tokenTiles) * kTileOutputs;
        const int outputEnd = std::min(output + kTileOutputs, weights.rows);
        Matrix rows{tiled.inputs, outputEnd - output, weights.columns, nullptr, false, weights.order};
        if (!tiled.isConverted) {
            const bool isColumnMajor = weights.order == MatrixOrder::ColumnMajor;
            rows.data = static_cast<const std::byte*>(weights.data) +
                        offset(output, isColumnMajor ? bytesPerBlock(weights.type) : weights.groupBytes());
            product(tiled, rows, claim % tokenTiles, output);
            return;
        }
        rows.data = converted(tiled, output, outputEnd);
        for (int tile = 0; tile < tokenTiles; ++tile)
            product(tiled, rows, tile, output);
    }

private:
    static std::size_t offset(int index, std::size_t stride) {
        return static_cast<std::size_t>(index) * stride;
    }

    [[nodiscard]] const void* converted(const TiledJob& tiled, int output, int outputEnd) const {
        const Matrix& weights = tiled.job.weights;
        const bool isColumnMajor = weights.order == MatrixOrder::ColumnMajor;
        const auto columns = static_cast<std::size_t>(weights.columns);
        const int step = isColumnMajor || tiled.inputs == DataType::Float32 ? kTileOutputs : kTileRows;
        for (int row = output; row < outputEnd; row += step) {
            const int end = std::min(row + step, outputEnd);
            if (isColumnMajor)
                widenColumnMajor(weights, row, end, m_memory.widened);
            else
                widenRows(weights, row, end, m_memory.widened);
            if (tiled.inputs == DataType::BFloat16)
                roundToBfloat16(m_memory.widened, m_memory.rounded + offset(row - output, columns),
                                offset(end - row, columns));
        }
        return tiled.inputs == DataType::BFloat16 ? static_cast<const void*>(m_memory.rounded)
                                                  : m_memory.widened;
    }

    // One tile of y: the weights of some outputs, ready to be multiplied, times some tokens.
    void product(const TiledJob& tiled, const Matrix& rows, int tokenTile, int output) const {
        const int token = tokenTile * kTileTokens;
        const bool isLastTokens = token + kTileTokens >= m_tokens;
        const auto& product = tiled.products[isLastTokens][output + rows.rows == tiled.job.weights.rows];
        const std::byte* x =
            static_cast<const std::byte*>(tiled.x) +
            offset(token, static_cast<std::size_t>(tiled.xStride) * bytesPerBlock(tiled.inputs));
        float* y = tiled.job.y + offset(token, static_cast<std::size_t>(tiled.job.yStride)) + output;
        if (product && product->run(x, rows.data, y, m_memory.product))
            return;
        // oneDNN has failed.
        LinearJob part = tiled.job;
        part.weights = rows;
        part.x += offset(token, static_cast<std::size_t>(part.xStride));
        part.y = y;
        const int tokens = std::min(kTileTokens, m_tokens - token);
        if (rows.order == MatrixOrder::RowMajor)
            rowProduct(part, tokens, 0, rows.rows);
        else
            plainProduct(part, tokens, tiled.isConverted ? rows.rows : tiled.job.weights.rows);
    }

    // Of a column-major matrix whose inputs are `stride` values apart.
    static void plainProduct(const LinearJob& job, int tokens, int stride) {
        AlignedBuffer<float> weights(static_cast<std::size_t>(job.weights.rows));
        for (int t = 0; t < tokens; ++t)
            std::fill_n(job.y + offset(t, static_cast<std::size_t>(job.yStride)), job.weights.rows, 0.0f);
        for (int i = 0; i < job.weights.columns; ++i) {
            const std::byte* from =
                static_cast<const std::byte*>(job.weights.data) +
                offset(i, static_cast<std::size_t>(stride) * bytesPerBlock(job.weights.type));
            widenRows({job.weights.type, 1, job.weights.rows, from}, 0, 1, weights.data());
            for (int t = 0; t < tokens; ++t) {
                const float x =
                    job.x[offset(t, static_cast<std::size_t>(job.xStride)) + static_cast<std::size_t>(i)];
                float* y = job.y + offset(t, static_cast<std::size_t>(job.yStride));
                for (std::size_t r = 0; r < weights.size(); ++r)
                    y[r] += weights[r] * x;
            }
        }
    }

    int m_tokens;
    TileMemory m_memory;
};

// Every thread's memory for these jobs.
void reserve(std::span<const TiledJob> jobs, std::size_t threads, LinearScratch& scratch) {
    std::size_t widened = 0;
    std::size_t rounded = 0;
    std::size_t productBytes = 0;
    for (const TiledJob& tiled : jobs) {
        const auto columns = static_cast<std::size_t>(tiled.job.weights.columns);
        // Runs of inputs are widened whole.
        const std::size_t size = kTileOutputs * (columns + kTileColumns - 1) / kTileColumns * kTileColumns;
        if (tiled.isConverted)
            widened = std::max(widened, size);
        if (tiled.isConverted && tiled.inputs == DataType::BFloat16)
            rounded = std::max(rounded, size);
        for (const auto& row : tiled.products)
            for (const auto& product : row)
                productBytes = std::max(productBytes, product ? product->scratchBytes() : 0);
    }
    if (scratch.widenedTiles.size() < threads) {
        scratch.widenedTiles.resize(threads);
        scratch.roundedTiles.resize(threads);
        scratch.productMemory.resize(threads);
    }
    for (std::size_t i = 0; i < threads; ++i) {
        scratch.widenedTiles[i].ensure(widened);
        scratch.roundedTiles[i].ensure(rounded);
        scratch.productMemory[i].ensure(productBytes);
    }
}

void tiledProducts(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch) {
    std::vector<TiledJob> tiledJobs;
    DistinctInputs rounded(tokens);
    for (const LinearJob& job : jobs) {
        TiledJob& tiled = tiledJobs.emplace_back();
        tiled.job = job;
        tiled.inputs = productType(job.weights);
        tiled.isConverted = isConverted(job.weights);
        if (tiled.inputs == DataType::BFloat16)
            rounded.add(job);
    }
    scratch.roundedInputs.ensure(rounded.size());
    pool.parallelFor(rounded.size() > 0 ? static_cast<std::size_t>(tokens) : 0, 1,
                     [&](std::size_t begin, std::size_t end) {
                         rounded.forEachRow(
                             begin, end, [&](const float* x, std::size_t columns, std::size_t offset) {
                                 roundToBfloat16(x, scratch.roundedInputs.data() + offset, columns);
                             });
                     });
    for (TiledJob& tiled : tiledJobs) {
        tiled.x = tiled.job.x;
        tiled.xStride = tiled.job.xStride;
        if (tiled.inputs == DataType::BFloat16) {
            tiled.x = scratch.roundedInputs.data() + rounded.offset(tiled.job);
            tiled.xStride = tiled.job.weights.columns;
        }
        prepare(tiled, tokens);
    }
    reserve(tiledJobs, static_cast<std::size_t>(pool.size()), scratch);

    std::atomic<int> next{0};
    pool.run([&](int thread) {
        const auto i = static_cast<std::size_t>(thread);
        const TileRunner runner(tokens, {scratch.widenedTiles[i].data(), scratch.roundedTiles[i].data(),
                                         scratch.productMemory[i].data()});
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
        RowProducts(scratch.rowJobs, tokens, scratch.packedInputs).run(pool, scratch.claims);
    for (const LinearJob& job : scratch.sparseJobs)
        sparseProduct(job, tokens, pool, scratch);
    if (!scratch.tiledJobs.empty())
        tiledProducts(scratch.tiledJobs, tokens, pool, scratch);
}

void linear(const Matrix& weights, const float* x, float* y, int tokens, ThreadPool& pool,
            LinearScratch& scratch) {
    const LinearJob job{weights, x, y};
    linearBatch({&job, 1}, tokens, pool, scratch);
}

} // namespace engine
