// sparse_product-inl.h: channel mixing's products with the zeros of its squared relu left out, forward and
// backward.
// Source:  docs/spec/rwkv-models.md section 4 (channel mixing); the same sums as the dense products.
// Shapes:  the dense operand is packed first, [width / kSlice][rows][kSlice], so that a slice of it stays in
//          the cache while its rows are visited in the order of the entries. width is a multiple of kSlice
//          (fitsSparseProducts).
#include "engine/cpu/transpose.h"
#include "engine/training/ops/register_row-inl.h"
#include "engine/training/ops/sparse_rows.h"

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(INKGATE_ENGINE_TRAINING_OPS_SPARSE_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_SPARSE_PRODUCT_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_SPARSE_PRODUCT_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_SPARSE_PRODUCT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Sums of a slice's width fill eight of AVX2's sixteen registers.
template <class Real> inline constexpr int kSlice = 256 / sizeof(Real);

template <class Real> constexpr bool fitsSparseProducts(int width) { return width % kSlice<Real> == 0; }

// b [rows, width].
template <class Real> void packSlices(const Real* b, int rows, int width, Real* out) {
    for (int at = 0; at < width; at += kSlice<Real>)
        for (int row = 0; row < rows; ++row, out += kSlice<Real>)
            std::memcpy(out, b + std::size_t(row) * width + at, kSlice<Real> * sizeof(Real));
}

// b [width, rows], so that bᵀ is packed.
template <class Real> void packSlicesTransposed(const Real* b, int rows, int width, Real* out) {
    for (int at = 0; at < width; at += kSlice<Real>, out += std::size_t(rows) * kSlice<Real>)
        transpose(b + std::size_t(at) * rows, std::size_t(kSlice<Real>), std::size_t(rows), 0,
                  std::size_t(rows), out);
}

// The squares of x's positive values, x [rows, columns] as `m` was reserved; false if they are too many.
template <class Real> bool collectSquaredRelu(const Real* x, SparseRows<Real>& m) {
    std::uint32_t count = 0;
    const std::size_t room = m.value.size() - std::size_t(m.columns);
    for (int row = 0; row < m.rows; ++row, x += m.columns) {
        m.rowStart[std::size_t(row)] = count;
        if (count > room)
            return false;
        std::uint32_t* column = m.column.data();
        Real* value = m.value.data();
        for (int i = 0; i < m.columns; ++i) {
            column[count] = std::uint32_t(i);
            value[count] = x[i] * x[i];
            count += x[i] > Real(0) ? 1 : 0;
        }
    }
    m.rowStart[std::size_t(m.rows)] = count;
    return true;
}

// The order by columns.
template <class Real> void indexColumns(SparseRows<Real>& m) {
    const std::uint32_t entries = m.rowStart[std::size_t(m.rows)];
    std::uint32_t* start = m.columnStart.data();
    std::memset(start, 0, m.columnStart.size() * sizeof(*start));
    for (std::uint32_t e = 0; e < entries; ++e)
        ++start[m.column[e] + 1];
    for (int i = 0; i < m.columns; ++i)
        start[i + 1] += start[i];
    // start[i] runs through its column's entries and ends where the next begins.
    for (int row = 0; row < m.rows; ++row)
        for (std::uint32_t e = m.rowStart[std::size_t(row)]; e < m.rowStart[std::size_t(row) + 1]; ++e) {
            const std::uint32_t at = start[m.column[e]]++;
            m.row[at] = std::uint32_t(row);
            m.entry[at] = e;
        }
    for (int i = m.columns; i > 0; --i)
        start[i] = start[i - 1];
    start[0] = 0;
}

// out [rows, width] = m b, with `values` [entries] in place of m's own; b packed, of m.columns rows.
template <class Real>
void rowsProduct(const SparseRows<Real>& m, const Real* values, const Real* b, int width, Real* out) {
    using R = Row<Real, kSlice<Real>>;
    for (int at = 0; at < width; at += kSlice<Real>, b += std::size_t(m.columns) * kSlice<Real>)
        for (int row = 0; row < m.rows; ++row) {
            R sum{};
            for (std::uint32_t e = m.rowStart[std::size_t(row)]; e < m.rowStart[std::size_t(row) + 1]; ++e) {
                const R other = R::load(b + std::size_t(m.column[e]) * kSlice<Real>);
                const Real value = values[e];
#pragma GCC unroll 64
                for (int c = 0; c < R::kVectors; ++c)
                    sum.v[c] += other.v[c] * value;
            }
            sum.store(out + std::size_t(row) * width + at);
        }
}

// out [columns, width] += mᵀ b, with `values` in place of m's own; b packed, of m.rows rows. Needs
// indexColumns().
template <class Real>
void columnsProduct(const SparseRows<Real>& m, const Real* values, const Real* b, int width, Real* out) {
    using R = Row<Real, kSlice<Real>>;
    for (int at = 0; at < width; at += kSlice<Real>, b += std::size_t(m.rows) * kSlice<Real>)
        for (int i = 0; i < m.columns; ++i) {
            Real* to = out + std::size_t(i) * width + at;
            R sum = R::load(to);
            for (std::uint32_t e = m.columnStart[std::size_t(i)]; e < m.columnStart[std::size_t(i) + 1];
                 ++e) {
                const R other = R::load(b + std::size_t(m.row[e]) * kSlice<Real>);
                const Real value = values[m.entry[e]];
#pragma GCC unroll 64
                for (int c = 0; c < R::kVectors; ++c)
                    sum.v[c] += other.v[c] * value;
            }
            sum.store(to);
        }
}

// products [entries] = (a bᵀ) where m has entries; a [rows, width], b packed, of m.columns rows.
template <class Real>
void productsAtEntries(const SparseRows<Real>& m, const Real* a, const Real* b, int width, Real* products) {
    using R = Row<Real, kSlice<Real>>;
    std::memset(products, 0, m.rowStart[std::size_t(m.rows)] * sizeof(Real));
    for (int at = 0; at < width; at += kSlice<Real>, b += std::size_t(m.columns) * kSlice<Real>)
        for (int row = 0; row < m.rows; ++row) {
            const R left = R::load(a + std::size_t(row) * width + at);
            for (std::uint32_t e = m.rowStart[std::size_t(row)]; e < m.rowStart[std::size_t(row) + 1]; ++e) {
                const R right = R::load(b + std::size_t(m.column[e]) * kSlice<Real>);
                typename R::Vector sum = left.v[0] * right.v[0];
#pragma GCC unroll 64
                for (int c = 1; c < R::kVectors; ++c)
                    sum += left.v[c] * right.v[c];
                Real lanes[R::kLanes];
                std::memcpy(lanes, &sum, sizeof(sum));
#pragma GCC unroll 64
                for (int half = R::kLanes / 2; half > 0; half /= 2)
#pragma GCC unroll 64
                    for (int i = 0; i < half; ++i)
                        lanes[i] += lanes[i + half];
                products[e] += lanes[0];
            }
        }
}

// From d, the gradient of the squares: that of what was squared, 2 sqrt(value) d, in place.
template <class Real> void squaredReluBackward(const SparseRows<Real>& m, Real* d) {
    const std::size_t entries = m.rowStart[std::size_t(m.rows)];
    const Real* value = m.value.data();
#pragma omp simd
    for (std::size_t e = 0; e < entries; ++e)
        d[e] *= Real(2) * std::sqrt(value[e]);
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
