// sparse_attention-inl.h: the attention of a sparse block of RWKV-X, forward and backward. Each head of each
// token reads its own chunk up to itself and the k - 1 earlier complete chunks that fit its query best; no
// gradient goes through the choice. Chunks are counted from the window's first token, and nothing is carried
// from window to window: what a token sees is its own window.
// Source:  docs/spec/rwkv-x.md section 2. Letters: pass.h; L tokens of a chunk (B there), R rows of a tile.
// Memory:  scores are made for R tokens and one chunk at a time.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/chunk_readers.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"
#include "engine/training/ops/chunk_attention-inl.h"
#include "engine/training/ops/normalisation-inl.h"

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_ATTENTION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_ATTENTION_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_ATTENTION_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_ATTENTION_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Rows of a tile: products of fewer are slow, and the last tile of a chunk's readers is half empty.
inline constexpr int kLargestAttentionTile = 128;

template <class Real, class Operand> struct SparseBlockAttention {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::string moba; // "moba.m."
    const int L = std::min(plan.config().sparse.chunk, n.T);
    const int R = std::min(kLargestAttentionTile, (L + 15) / 16 * 16);
    const int most = plan.config().sparse.chunks - 1; // chosen chunks

    // Tensors.
    const std::size_t normWeight = plan.vector(moba + "ln1.weight");        // [D]
    const std::size_t normBias = plan.vector(moba + "ln1.bias");            // [D]
    const WeightMatrix query = plan.matrix(moba + "att.receptance.weight"); // [D,D]
    const WeightMatrix key = plan.matrix(moba + "att.key.weight");          // [D,D]
    const WeightMatrix value = plan.matrix(moba + "att.value.weight");      // [D,D]
    const WeightMatrix output = plan.matrix(moba + "att.output.weight");    // [D,D]

    // Kept from forward for backward.
    Real* const mean = plan.kept<Real>(n.M);                       // [M]
    Real* const scale = plan.kept<Real>(n.M);                      // [M]
    Operand* const p = plan.kept<Operand>(n.M, n.D);               // [M,D] LN(x)
    Operand* const q = plan.kept<Operand>(n.M, n.D);               // [M,D] over sqrt(N)
    Operand* const k = plan.kept<Operand>(n.M, n.D);               // [M,D]
    Operand* const v = plan.kept<Operand>(n.M, n.D);               // [M,D]
    Real* const attended = plan.kept<Real>(n.M, n.D);              // [M,D]
    Operand* const attendedOperand = plan.kept<Operand>(n.M, n.D); // [M,D] the same
    Real* const lse = plan.kept<Real>(n.B, n.H, n.T);              // ln of the softmax's sum
    std::vector<ChunkReaders> readers;                             // [B,H]

    // Scratch.
    Real* const rows = plan.shared<Real>("sparse.rows", n.M, n.D);           // [M,D] q, k or v; a gradient
    Real* const dq = plan.shared<Real>("sparse.dq", n.M, n.D);               // [M,D]
    Real* const dk = plan.shared<Real>("sparse.dk", n.M, n.D);               // [M,D]
    Real* const dv = plan.shared<Real>("sparse.dv", n.M, n.D);               // [M,D]
    Operand* const dOperand = plan.shared<Operand>("sparse.d", n.M, n.D);    // [M,D] a gradient, as operand
    Real* const scores = plan.shared<Real>("sparse.scores", R, L);           // [R,L]
    Real* const dShares = plan.shared<Real>("sparse.dShares", R, L);         // [R,L]
    Operand* const shares = plan.shared<Operand>("sparse.shares", R, L);     // [R,L]
    Operand* const dScores = plan.shared<Operand>("sparse.dScores", R, L);   // [R,L]
    Operand* const tileQuery = plan.shared<Operand>("sparse.query", R, n.N); // [R,N] of the tile's tokens
    Operand* const tileD = plan.shared<Operand>("sparse.tileD", R, n.N);     // [R,N] d attended of them
    Real* const tileRows = plan.shared<Real>("sparse.tileRows", R, n.N);     // [R,N]
    std::vector<RunningSoftmax<Real>> softmax{std::size_t(n.T)};             // [T] of a head
    std::vector<Real> delta = std::vector<Real>(std::size_t(n.T));           // [T] Σ d attended · attended
    std::vector<Real> sums = std::vector<Real>(std::size_t(n.T / L) * n.N);  // [chunks,N]
    std::vector<Real> fits = std::vector<Real>(std::size_t(most));           // [most]

    SparseBlockAttention(BlockPlan& blockPlan, const std::string& prefix)
        : plan(blockPlan)
        , moba(prefix)
        , readers(std::size_t(n.B) * n.H, ChunkReaders(n.T, L, most)) {}

    // out [M,D] = x [M,D] + W_o attention(LN1(x)).
    void forward(Pass<Real, Operand>& pass, const Real* x, Real* out) {
        layerNormForward(x, pass.parameter(normWeight), pass.parameter(normBias), n.M, n.D, p, mean, scale);
        project(pass, key, Real(1), dk, k); // dq and dk are free until backward
        project(pass, query, Real(1) / std::sqrt(Real(n.N)), dq, q);
        project(pass, value, Real(1), rows, v);
        std::memset(attended, 0, n.plane() * sizeof(Real));
        for (int s = 0; s < n.B; ++s)
            for (int h = 0; h < n.H; ++h)
                forwardHead(s, h);
        convertToOperand(attended, n.plane(), attendedOperand);
        std::memcpy(out, x, n.plane() * sizeof(Real));
        linear(pass, output, attendedOperand, out, kAccumulate);
    }

    // dx [M,D] is the gradient of `out` and becomes that of x.
    void backward(Pass<Real, Operand>& pass, const Real* x, Real* dx) {
        convertToOperand(dx, n.plane(), dOperand);
        linearBackward(pass, output, attendedOperand, dOperand, rows);
        convertToOperand(rows, n.plane(), dOperand);
        for (Real* d : {dq, dk, dv})
            std::memset(d, 0, n.plane() * sizeof(Real));
        for (int s = 0; s < n.B; ++s)
            for (int h = 0; h < n.H; ++h)
                backwardHead(s, h);
        const Real queryScale = Real(1) / std::sqrt(Real(n.N));
        for (std::size_t i = 0; i < n.plane(); ++i)
            dq[i] *= queryScale;
        projectBackward(pass, query, dq, false);
        projectBackward(pass, key, dk, kAccumulate);
        projectBackward(pass, value, dv, kAccumulate);
        layerNormBackward<true>(x, rows, pass.parameter(normWeight), n.M, n.D, mean, scale, dx,
                                pass.gradient(normWeight), pass.gradient(normBias));
    }

private:
    // A row of a head's channels, in arrays [M,D].
    std::size_t at(int s, int h, int t) const {
        return (std::size_t(s) * n.T + std::size_t(t)) * n.D + std::size_t(h) * n.N;
    }

    // values [M,D] = factor W p, also as operand.
    void project(Pass<Real, Operand>& pass, const WeightMatrix& w, Real factor, Real* values, Operand* to) {
        linear(pass, w, p, values);
        if (factor != Real(1))
            for (std::size_t i = 0; i < n.plane(); ++i)
                values[i] *= factor;
        convertToOperand(values, n.plane(), to);
    }
    // rows (+)= d W.
    void projectBackward(Pass<Real, Operand>& pass, const WeightMatrix& w, const Real* d, bool accumulate) {
        convertToOperand(d, n.plane(), dOperand);
        linearBackward(pass, w, p, dOperand, rows, accumulate);
    }

    // Calls tile(tokens, count, chunk's first token, its columns, isOwn) for each R tokens that read a chunk,
    // so that a token's own chunk is its last.
    template <class Tile> void forEachTile(const ChunkReaders& chosen, Tile&& tile) {
        std::array<int, kLargestAttentionTile> own;
        for (int first = 0; first < n.T; first += L) {
            const int length = std::min(L, n.T - first);
            for (int row = 0; row < length; row += R) {
                const int count = std::min(R, length - row);
                for (int r = 0; r < count; ++r)
                    own[std::size_t(r)] = first + row + r;
                tile(own.data(), count, first, std::min(row + R, length), true);
            }
            if (length < L) // the last chunk, which no one else reads
                break;
            const std::span<const int> others = chosen.of(first / L);
            for (std::size_t row = 0; row < others.size(); row += std::size_t(R))
                tile(others.data() + row, int(std::min(others.size() - row, std::size_t(R))), first, L,
                     false);
        }
    }
    // Columns of a tile that a token sees.
    static int seen(int token, int first, int columns, bool isOwn) {
        return isOwn ? token - first + 1 : columns;
    }
    // The tile's rows of `values`; rows that no token fills are 0, so that products of one size do for all.
    void gather(const Operand* values, int s, int h, const int* tokens, int count, Operand* tile) const {
        for (int r = 0; r < count; ++r)
            std::copy_n(values + at(s, h, tokens[r]), n.N, tile + std::size_t(r) * n.N);
        for (std::size_t i = std::size_t(count) * n.N; i < std::size_t(R) * n.N; ++i)
            assign(tile[i], Real(0));
    }
    // [R,columns] = tile [R,N] times rows of `values` from token `first` on.
    void timesRows(const Operand* tile, const Operand* values, std::size_t first, int columns, Real* out) {
        matrixProduct<Real, Operand>({R, columns, n.N}, {tile, n.N, false}, {values + first, n.D, true}, out,
                                     columns, false);
    }

    void choose(int s, int h, ChunkReaders& chosen) {
        const Real *const queries = dq + at(s, h, 0), *const keys = dk + at(s, h, 0);
        sumKeys(keys, std::size_t(n.D), n.T / L, L, n.N, sums.data());
        for (int t = 0; t < n.T; ++t)
            chosen.setCount(t, chooseChunks(queries + std::size_t(t) * n.D, sums.data(), t / L, n.N, most,
                                            chosen.chosen(t), fits.data()));
        chosen.sort();
    }

    void forwardHead(int s, int h) {
        ChunkReaders& chosen = readers[std::size_t(s) * n.H + std::size_t(h)];
        choose(s, h, chosen);
        std::fill(softmax.begin(), softmax.end(), RunningSoftmax<Real>());
        forEachTile(chosen, [&](const int* tokens, int count, int first, int columns, bool isOwn) {
            gather(q, s, h, tokens, count, tileQuery);
            timesRows(tileQuery, k, at(s, h, first), columns, scores);
            for (int r = 0; r < R; ++r) {
                Operand* const row = shares + std::size_t(r) * columns;
                if (r >= count) {
                    RunningSoftmax<Real> none;
                    addScores(scores, 0, columns, none, row);
                    continue;
                }
                const Real factor =
                    addScores(scores + std::size_t(r) * columns, seen(tokens[r], first, columns, isOwn),
                              columns, softmax[std::size_t(tokens[r])], row);
                Real* const to = attended + at(s, h, tokens[r]);
                for (int c = 0; c < n.N; ++c)
                    to[c] *= factor;
            }
            matrixProduct<Real, Operand>({R, n.N, columns}, {shares, columns, false},
                                         {v + at(s, h, first), n.D, false}, tileRows, n.N, false);
            addTile(tokens, count, s, h, attended);
        });
        for (int t = 0; t < n.T; ++t) {
            const RunningSoftmax<Real>& all = softmax[std::size_t(t)];
            lse[(std::size_t(s) * n.H + std::size_t(h)) * n.T + std::size_t(t)] =
                all.largest + std::log(all.sum);
            Real* const row = attended + at(s, h, t);
            for (int c = 0; c < n.N; ++c)
                row[c] /= all.sum;
        }
    }
    // to [M,D] += tileRows, at the tile's tokens.
    void addTile(const int* tokens, int count, int s, int h, Real* to) const {
        for (int r = 0; r < count; ++r) {
            Real* const row = to + at(s, h, tokens[r]);
            for (int c = 0; c < n.N; ++c)
                row[c] += tileRows[std::size_t(r) * n.N + std::size_t(c)];
        }
    }

    // From `rows`, the gradient of `attended`, which dOperand has as operand.
    void backwardHead(int s, int h) {
        for (int t = 0; t < n.T; ++t) {
            Real sum = 0;
            for (int c = 0; c < n.N; ++c)
                sum += rows[at(s, h, t) + std::size_t(c)] * attended[at(s, h, t) + std::size_t(c)];
            delta[std::size_t(t)] = sum;
        }
        const Real* const logs = lse + (std::size_t(s) * n.H + std::size_t(h)) * n.T;
        const ChunkReaders& chosen = readers[std::size_t(s) * n.H + std::size_t(h)];
        forEachTile(chosen, [&](const int* tokens, int count, int first, int columns, bool isOwn) {
            gather(q, s, h, tokens, count, tileQuery);
            gather(dOperand, s, h, tokens, count, tileD);
            timesRows(tileQuery, k, at(s, h, first), columns, scores);
            timesRows(tileD, v, at(s, h, first), columns, dShares);
            for (int r = 0; r < R; ++r) {
                const bool isToken = r < count;
                const auto t = std::size_t(isToken ? tokens[r] : 0);
                const std::size_t row = std::size_t(r) * columns;
                scoresBackward(scores + row, dShares + row, logs[t], delta[t],
                               isToken ? seen(tokens[r], first, columns, isOwn) : 0, columns, shares + row,
                               dScores + row);
            }
            addColumns(shares, tileD, columns, dv + at(s, h, first));
            addColumns(dScores, tileQuery, columns, dk + at(s, h, first));
            matrixProduct<Real, Operand>({R, n.N, columns}, {dScores, columns, false},
                                         {k + at(s, h, first), n.D, false}, tileRows, n.N, false);
            addTile(tokens, count, s, h, dq);
        });
    }
    // to [columns,N] += tileᵀ rows, tile [R,columns].
    void addColumns(const Operand* tile, const Operand* tileOfRows, int columns, Real* to) {
        matrixProduct<Real, Operand>({columns, n.N, R}, {tile, columns, true}, {tileOfRows, n.N, false}, to,
                                     n.D, true);
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
