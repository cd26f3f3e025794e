// source_gates.h: the last step of an enhancement with a gate for every source: open the gates, add what they
// let in of the past, normalise, and remember the stream for the tokens to come.
//   g[t]      = σ(gates[t])
//   e[t]      = h[t] + Σ_i g_i[t] * weight[i] * source_i[t], each gate value for kGateGroup channels
//   output[t] = LN(e[t]), or e[t]
// A sequence that does not use the enhancement gets output = h; its gates are not written and its state
// stays.
// Source:  docs/spec/enhanced-rwkv.md section 3a; tests/support/reference/source_gates.h is the plain form.
// Shapes:  T tokens, D width, S sources, M means, G = D / kGateGroup; last index fastest.
//   stream      h, [T,D]
//   earlier     in: the rows before; out: those before the next token
//   means       R[t-1], [T,M,D] (decayed_means.h), or null where no source is one
//   embeddings  [T+1,D]: x0 of the token before the first, then the tokens' (preceded_rows.h), in a batch
//               each sequence's own; null where no source is one
//   weight      [S,D]
//   gates       in: logits [T,S,G]; out: the gates used
//   output      [T,D], not overlapping stream
// Errors:  S <= kMostSources, D a multiple of kGateGroup: the caller's promise.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/enhancement/earlier_rows.h"
#include "engine/operations/rows/layer_norm.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace engine {

inline constexpr int kGateGroup = 8; // channels that share a gate of a source
inline constexpr int kMostSources = 32;

struct RowSource {
    enum class Kind : std::uint8_t { Earlier, Mean, Embedding, PreviousEmbedding };

    Kind kind = Kind::Earlier;
    std::uint8_t index = 1; // Earlier: k of h[t-k]; Mean: which of the M
};

struct SourceGates {
    int tokens = 0;
    int width = 0;
    int count = 0; // S
    std::array<RowSource, kMostSources> sources{};
    const float* stream = nullptr;
    EarlierRows earlier;
    const float* means = nullptr;
    int meanCount = 0; // M
    const float* embeddings = nullptr;
    const float* weight = nullptr;
    float* gates = nullptr;
    std::optional<NormParameters> norm;
    float* output = nullptr;
    bool isEnabled = true;

    [[nodiscard]] std::size_t groups() const { return static_cast<std::size_t>(width / kGateGroup); }
    // Of source number i at token t, where these pointers are the host's.
    [[nodiscard]] const float* sourceRow(std::size_t i, std::size_t t) const {
        const auto d = static_cast<std::size_t>(width);
        const std::size_t index = sources[i].index;
        switch (sources[i].kind) {
        case RowSource::Kind::Earlier: break;
        case RowSource::Kind::Mean: return means + (t * static_cast<std::size_t>(meanCount) + index) * d;
        case RowSource::Kind::Embedding: return embeddings + (t + 1) * d;
        case RowSource::Kind::PreviousEmbedding: return embeddings + t * d;
        }
        return earlier.before(stream, d, t, index);
    }

    template <class Weights> void placeWeights(Weights& weights) {
        weight = weights.values(weight, static_cast<std::size_t>(count) * static_cast<std::size_t>(width));
        if (norm)
            norm = weights.norm(*norm, width);
    }
    [[nodiscard]] const float* stateBegin() const { return earlier.values; }
};

namespace cpu {
void sourceGates(const SourceGates& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is and who uses
// it.
void sourceGates(const SourceGates& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
