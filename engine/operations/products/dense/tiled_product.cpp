#include "engine/operations/products/dense/tiled_product.h"

#include <algorithm>
#include <utility>

namespace engine {

namespace {

std::size_t offset(int row, int column, int stride, bool transposed) {
    if (transposed)
        std::swap(row, column);
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(stride) +
           static_cast<std::size_t>(column);
}

int lastPiece(int size, int tile) { return size - (pieces(size, tile) - 1) * tile; }

} // namespace

// A size of one piece has only a last one.
bool TiledProduct::exists(const Place& place) const {
    return (place.isLastRow || m_shape.m > m_sizes.rows) &&
           (place.isLastColumn || m_shape.n > m_sizes.columns) &&
           (place.isLastDepth || m_shape.k > m_sizes.depth) &&
           (place.adds ? m_shape.accumulate || m_sizes.depth < m_shape.k : !m_shape.accumulate);
}

ProductShape TiledProduct::shapeAt(const Place& place) const {
    ProductShape part = m_shape;
    part.m = place.isLastRow ? lastPiece(m_shape.m, m_sizes.rows) : m_sizes.rows;
    part.n = place.isLastColumn ? lastPiece(m_shape.n, m_sizes.columns) : m_sizes.columns;
    part.k = place.isLastDepth ? lastPiece(m_shape.k, m_sizes.depth) : m_sizes.depth;
    part.accumulate = place.adds;
    if (m_operandB == OperandB::OfTile)
        part.strideB = part.transposeB ? m_shape.k : part.n;
    return part;
}

Expected<TiledProduct> TiledProduct::make(const ProductShape& shape, const TileSizes& sizes,
                                          OperandB operandB) {
    TiledProduct tiled;
    tiled.m_shape = shape;
    tiled.m_sizes = sizes;
    tiled.m_operandB = operandB;
    for (const bool isLastRow : {false, true})
        for (const bool isLastColumn : {false, true})
            for (const bool isLastDepth : {false, true})
                for (const bool adds : {false, true}) {
                    const Place place{isLastRow, isLastColumn, isLastDepth, adds};
                    if (!tiled.exists(place))
                        continue;
                    auto product = PreparedProduct::get(tiled.shapeAt(place));
                    if (!product)
                        return failure(product.error());
                    tiled.m_scratchBytes = std::max(tiled.m_scratchBytes, (*product)->scratchBytes());
                    tiled.m_products[place.index()] = std::move(*product);
                }
    return tiled;
}

bool TiledProduct::run(int rowTile, int columnTile, const void* a, const void* b, void* c,
                       std::byte* scratch) const noexcept {
    const int row = rowTile * m_sizes.rows;
    const int column = columnTile * m_sizes.columns;
    const int steps = pieces(m_shape.k, m_sizes.depth);
    Place place{rowTile + 1 == rowTiles(), columnTile + 1 == columnTiles()};
    for (int step = 0; step < steps; ++step) {
        const int depth = step * m_sizes.depth;
        place.isLastDepth = step + 1 == steps;
        place.adds = m_shape.accumulate || step > 0;
        const bool isWhole = m_operandB == OperandB::Whole;
        const int strideB = isWhole ? m_shape.strideB : shapeAt(place).strideB;
        const std::size_t inA = offset(row, depth, m_shape.strideA, m_shape.transposeA);
        const std::size_t inB = offset(depth, isWhole ? column : 0, strideB, m_shape.transposeB);
        const std::size_t inC = offset(row, column, m_shape.strideC, false);
        const std::size_t inputBytes = bytesPerBlock(m_shape.inputs);
        if (!m_products[place.index()]->run(static_cast<const std::byte*>(a) + inputBytes * inA,
                                            static_cast<const std::byte*>(b) + inputBytes * inB,
                                            static_cast<std::byte*>(c) + bytesPerBlock(m_shape.output) * inC,
                                            scratch))
            return false;
    }
    return true;
}

} // namespace engine
