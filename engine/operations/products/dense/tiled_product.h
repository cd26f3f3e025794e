// tiled_product.h: a product whose C is cut into tiles, all of them made ready: what multiply() and linear.h
// hand out to the threads of a pool.
// Shapes:  those of matrix_product.h; tiles at the right and lower edge are smaller.
// Threads: immutable once made; run() from any number of threads, each with its own scratch.
#pragma once

#include "engine/operations/products/dense/matrix_product.h"

#include <array>
#include <cstddef>
#include <memory>

namespace engine {

// Pieces of at most `tile` that make `size`.
[[nodiscard]] constexpr int pieces(int size, int tile) { return (size + tile - 1) / tile; }

struct TileSizes {
    int rows = 0;    // of C
    int columns = 0; // of C
    int depth = 0;   // in which sums are taken; those in several steps go through C
};

// Whether run() gets all of B, or the part of it that a tile's columns need, contiguous.
enum class OperandB { Whole, OfTile };

class TiledProduct {
public:
    // `shape` has passed checkedShape(). Errors: Internal (oneDNN refuses).
    [[nodiscard]] static Expected<TiledProduct> make(const ProductShape& shape, const TileSizes& sizes,
                                                     OperandB operandB = OperandB::Whole);

    [[nodiscard]] int rowTiles() const { return pieces(m_shape.m, m_sizes.rows); }
    [[nodiscard]] int columnTiles() const { return pieces(m_shape.n, m_sizes.columns); }
    [[nodiscard]] int tiles() const { return rowTiles() * columnTiles(); }
    [[nodiscard]] std::size_t scratchBytes() const { return m_scratchBytes; }

    // One tile; a and c are those of the whole product. False if oneDNN failed.
    [[nodiscard]] bool run(int rowTile, int columnTile, const void* a, const void* b, void* c,
                           std::byte* scratch) const noexcept;

private:
    // Where a tile is: the last along each of m, n and k may be smaller, and the first step along k may
    // overwrite C where the others add to it.
    struct Place {
        bool isLastRow = false, isLastColumn = false, isLastDepth = false, adds = false;
        [[nodiscard]] std::size_t index() const {
            return (isLastRow ? 8u : 0u) | (isLastColumn ? 4u : 0u) | (isLastDepth ? 2u : 0u) |
                   (adds ? 1u : 0u);
        }
    };
    [[nodiscard]] bool exists(const Place& place) const;
    [[nodiscard]] ProductShape shapeAt(const Place& place) const;

    ProductShape m_shape;
    TileSizes m_sizes;
    OperandB m_operandB = OperandB::Whole;
    std::array<std::shared_ptr<const PreparedProduct>, 16> m_products; // by Place::index()
    std::size_t m_scratchBytes = 0;
};

} // namespace engine
