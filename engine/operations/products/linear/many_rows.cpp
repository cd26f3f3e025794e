#include "engine/operations/products/linear/many_rows.h"

#include "engine/operations/products/dense/tiled_product.h"
#include "engine/operations/products/linear/distinct_inputs.h"
#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/quantised/packed_product.h"
#include "engine/operations/products/sparse/sparse_product.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

namespace engine {

namespace {

// Tiles of y for oneDNN. From 128 outputs and 256 tokens up they reach 98 % of the best rate (Zen 5); with
// fewer outputs in a tile more threads find work. Fixed, so that results do not depend on the number of
// threads.
constexpr int kTileOutputs = 128;
constexpr int kTileTokens = 512;

// What a matrix is multiplied in.
DataType productType(const Matrix& weights) {
    return weights.type != DataType::Float32 && hasBfloat16Products() ? DataType::BFloat16
                                                                      : DataType::Float32;
}

// One job, cut into tiles. A tile of outputs is at most kTileOutputs rows of weights; where these are
// converted first, all tokens follow at once, otherwise each tile of tokens stands alone.
struct TiledJob {
    LinearJob job;
    DataType inputs = DataType::Float32; // of the product
    bool isConverted = false;
    const void* x = nullptr; // what oneDNN reads: job.x, or its rounded copy
    int xStride = 0;
    std::optional<TiledProduct> product; // none: oneDNN refuses, and the row kernels do it

    [[nodiscard]] int claims(int tokens) const {
        return pieces(job.weights.rows, kTileOutputs) * (isConverted ? 1 : pieces(tokens, kTileTokens));
    }
};

void prepare(TiledJob& tiled, int tokens) {
    const Matrix& weights = tiled.job.weights;
    ProductShape shape;
    shape.m = tokens;
    shape.n = weights.rows;
    shape.k = weights.columns;
    shape.transposeB = weights.order == MatrixOrder::RowMajor;
    shape.inputs = tiled.inputs;
    shape.strideA = tiled.xStride;
    shape.strideC = tiled.job.yStride;
    const auto checked = checkedShape(shape);
    if (!checked)
        return;
    const TileSizes sizes{kTileTokens, kTileOutputs, weights.columns};
    const OperandB operand = tiled.isConverted ? OperandB::OfTile : OperandB::Whole;
    if (auto product = TiledProduct::make(*checked, sizes, operand))
        tiled.product = std::move(*product);
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
        const int tokenTiles = pieces(m_tokens, kTileTokens);
        if (!tiled.isConverted)
            return product(tiled, tiled.job.weights.data, claim % tokenTiles, claim / tokenTiles);
        const void* const weights = converted(tiled, claim * kTileOutputs);
        for (int tile = 0; tile < tokenTiles; ++tile)
            product(tiled, weights, tile, claim);
    }

private:
    static std::size_t offset(int index, std::size_t stride) {
        return static_cast<std::size_t>(index) * stride;
    }

    [[nodiscard]] const void* converted(const TiledJob& tiled, int output) const {
        const Matrix& weights = tiled.job.weights;
        const int outputEnd = std::min(output + kTileOutputs, weights.rows);
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

    // One tile of y. `weights`: all of them, or where they are converted those of the tile's outputs.
    void product(const TiledJob& tiled, const void* weights, int tokenTile, int outputTile) const {
        if (!tiled.product ||
            !tiled.product->run(tokenTile, outputTile, tiled.x, weights, tiled.job.y, m_memory.product))
            withoutOneDnn(tiled, weights, tokenTile * kTileTokens, outputTile * kTileOutputs);
    }

    void withoutOneDnn(const TiledJob& tiled, const void* weights, int token, int output) const {
        const Matrix& all = tiled.job.weights;
        const int outputs = std::min(kTileOutputs, all.rows - output);
        const int tokens = std::min(kTileTokens, m_tokens - token);
        const bool isRowMajor = all.order == MatrixOrder::RowMajor;
        LinearJob part = tiled.job;
        part.weights = {tiled.inputs, outputs, all.columns, weights, false, all.order};
        if (!tiled.isConverted)
            part.weights.data = static_cast<const std::byte*>(weights) +
                                offset(output, isRowMajor ? all.groupBytes() : bytesPerBlock(all.type));
        part.x += offset(token, static_cast<std::size_t>(part.xStride));
        part.y += offset(token, static_cast<std::size_t>(part.yStride)) + static_cast<std::size_t>(output);
        if (isRowMajor)
            rowProduct(part, tokens, 0, outputs);
        else
            plainProduct(part, tokens, tiled.isConverted ? outputs : all.rows);
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
        productBytes = std::max(productBytes, tiled.product ? tiled.product->scratchBytes() : 0);
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

} // namespace

bool isConverted(const Matrix& weights) { return weights.isPacked || weights.type != productType(weights); }

void manyRowsProducts(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch) {
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

} // namespace engine
