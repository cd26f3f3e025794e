// linear_problem.h: a product of a matrix kept in any way and some rows of x, and how far what comes out is
// from the exact sums.
#pragma once

#include "engine/core/random.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/operations/products/linear/linear.h"
#include "tests/support/random_blocks.h"

#include <QtGlobal>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace support {

using namespace engine;

inline std::vector<float> randomValues(std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(random.normal());
    return values;
}

// What the stored type makes of the values.
inline std::vector<float> rounded(const std::vector<float>& values, DataType type) {
    std::vector<std::byte> bytes(values.size() / elementsPerBlock(type) * bytesPerBlock(type));
    std::vector<float> result(values.size());
    if (!fromFloat32(type, values, bytes) || !toFloat32(type, bytes, result))
        qFatal("conversion failed");
    return result;
}

struct Kind {
    DataType type = DataType::Float32;
    MatrixOrder order = MatrixOrder::RowMajor;

    [[nodiscard]] std::string name() const {
        return std::string(engine::name(type)) + (order == MatrixOrder::ColumnMajor ? " column-major" : "");
    }
};

struct Problem {
    Problem(const Kind& kind, int rows, int columns, int tokens, double zeros = 0)
        : kind(kind)
        , rows(rows)
        , columns(columns)
        , tokens(tokens)
        , x(randomValues(size(tokens, columns), 2)) {
        Random random(3);
        for (float& value : x)
            value = random.uniform() < zeros ? 0.0f : value;
        if (isPlain() || kind.type == DataType::Q8_0 || kind.type == DataType::Q4_0) {
            values = rounded(randomValues(size(rows, columns), 1), kind.type);
            weights = LinearWeights::fromFloat32(values, rows, columns, kind.type, kind.order).value();
            return;
        }
        const auto bytes = randomBlocks(kind.type, size(rows, columns), 1);
        values.resize(size(rows, columns));
        ThreadPool pool(2);
        weights = LinearWeights::fromStored(kind.type, bytes, rows, columns, *packedTypeOf(kind.type),
                                            nullptr, pool, kind.order)
                      .value();
        if (!toFloat32(kind.type, bytes, values))
            qFatal("conversion failed");
    }
    static std::size_t size(int a, int b) {
        return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
    }
    [[nodiscard]] bool isPlain() const { return !isBlockQuantised(kind.type); }

    [[nodiscard]] std::vector<float> run(int threads) const {
        ThreadPool pool(threads);
        LinearScratch scratch;
        std::vector<float> y(size(tokens, rows), -12345.0f);
        linear(weights.matrix(), x.data(), y.data(), tokens, pool, scratch);
        return y;
    }
    // The greatest error of y, in units of the sum of absolute products of its element.
    [[nodiscard]] double worstError(const std::vector<float>& y) const {
        const auto r = static_cast<std::size_t>(rows);
        const auto c = static_cast<std::size_t>(columns);
        double worst = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            double expected = 0, magnitude = 0;
            for (std::size_t k = 0; k < c; ++k) {
                const double term = double{values[i % r * c + k]} * double{x[i / r * c + k]};
                expected += term;
                magnitude += std::fabs(term);
            }
            const double error =
                std::fabs(double{y[i]} - expected) / std::max(magnitude, 1e-3); // an x of zeros has no size
            worst = std::isfinite(error) ? std::max(worst, error) : 1e30;
        }
        return worst;
    }
    // x keeps its 24 bits, and a float32 sum of n terms in at least 4 parts errs by less than n/4 roundings
    // of 2^-24; column-major, n terms follow one another. Where x is rounded to bfloat16, every term may err
    // by 2^-8 of itself, twice if the weights are rounded too; packed weights see x in 2^-15 of the greatest
    // of
    // 32. Minimums make sums of codes larger than what they amount to. Scales rounded to float16 (K) err by
    // 2^-11, scales made anew (Q6_K) by half a step.
    [[nodiscard]] double tolerance() const {
        const bool isColumnMajor = kind.order == MatrixOrder::ColumnMajor;
        double result = (columns / (isColumnMajor ? 1.0 : 4.0) + 8) * 0x1p-24;
        if (kind.type != DataType::Float32 &&
            tokens > (isPlain() && kind.type == DataType::BFloat16 ? 8 : 32) && hasBfloat16Products())
            result += 0x1p-7;
        if (!isPlain())
            result += 1e-4;
        if (kind.type == DataType::Q4_K || kind.type == DataType::Q5_K)
            result += 2e-3;
        if (kind.type == DataType::Q6_K)
            result += 1.5e-2;
        return result;
    }

    Kind kind;
    int rows;
    int columns;
    int tokens;
    std::vector<float> values;
    std::vector<float> x;
    LinearWeights weights;
};

inline constexpr DataType kTypes[] = {DataType::Float32, DataType::Float16, DataType::BFloat16};

inline std::vector<Kind> plainKinds() {
    std::vector<Kind> kinds;
    for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor})
        for (const DataType type : kTypes)
            kinds.push_back({type, order});
    return kinds;
}

inline std::vector<Kind> packedKinds() {
    std::vector<Kind> kinds;
    for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor})
        for (const DataType type : {DataType::Q8_0, DataType::Q4_0, DataType::Q4_1, DataType::Q5_0,
                                    DataType::Q5_1, DataType::Q4_K, DataType::Q5_K, DataType::Q6_K})
            kinds.push_back({type, order});
    return kinds;
}

} // namespace support
