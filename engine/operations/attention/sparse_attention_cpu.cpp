// A pair of token and head is worked on by itself: its chunks are chosen, and then read in blocks of tokens,
// with one running maximum and sum over all of them.
#include "engine/operations/attention/sparse_attention.h"

#include "engine/core/data_type.h"
#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"
#include "engine/operations/recurrence/wkv6.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/attention/sparse_attention_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/stored_value-inl.h"
#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

constexpr std::size_t kBlock = 64; // tokens that share a look at the maximum
static_assert(kBlock % kKeyTile == 0);

// The best complete chunks of a token in a head, the best first.
struct Chosen {
    std::array<int, kMostChosen> page;
    std::array<float, kMostChosen> score; // then the part of the softmax's sum
    std::size_t count = 0;

    void add(int candidate, float candidateScore, std::size_t most) {
        std::size_t at = count;
        while (at > 0 && candidateScore > score[at - 1])
            --at;
        if (at == most)
            return;
        count = std::min(count + 1, most);
        for (std::size_t i = count - 1; i > at; --i) {
            page[i] = page[i - 1];
            score[i] = score[i - 1];
        }
        page[at] = candidate;
        score[at] = candidateScore;
    }
};

HWY_INLINE const float* asVectors(const float* values) { return values; }
HWY_INLINE const hwy::float16_t* asVectors(const std::uint16_t* values) {
    return reinterpret_cast<const hwy::float16_t*>(values);
}

// One softmax, so far.
struct Running {
    HWY_ALIGN float query[kMaxHeadSize]; // over sqrt(N)
    HWY_ALIGN float output[kMaxHeadSize];
    HWY_ALIGN float scores[kBlock];
    std::size_t n = 0;
    float maximum = -std::numeric_limits<float>::infinity();
    float sum = 0;
};

// Scores of a tile of keys.
template <class Stored>
HWY_INLINE void scoreTile(const float* query, std::size_t n, const Stored* tile, float* scores) {
    const hn::CappedTag<float, kKeyTile> d;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t j = 0; j < kKeyTile; j += lanes) {
        auto sum0 = hn::Zero(d), sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
        std::size_t c = 0;
        for (; c + 4 <= n; c += 4) {
            const Stored* keys = tile + c * kKeyTile + j;
            sum0 = hn::MulAdd(hn::Set(d, query[c]), widened(d, keys), sum0);
            sum1 = hn::MulAdd(hn::Set(d, query[c + 1]), widened(d, keys + kKeyTile), sum1);
            sum2 = hn::MulAdd(hn::Set(d, query[c + 2]), widened(d, keys + 2 * kKeyTile), sum2);
            sum3 = hn::MulAdd(hn::Set(d, query[c + 3]), widened(d, keys + 3 * kKeyTile), sum3);
        }
        for (; c < n; ++c)
            sum0 = hn::MulAdd(hn::Set(d, query[c]), widened(d, tile + c * kKeyTile + j), sum0);
        hn::StoreU(hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3)), d, scores + j);
    }
}

// output += Σ_j p[j] values[j], kVectors vectors of channels from `c` on.
template <std::size_t kVectors, class D, class Stored>
HWY_INLINE void addValues(D d, const float* p, std::size_t count, const Stored* values, std::size_t n,
                          std::size_t c, float* output) {
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<D> sums[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v)
        sums[v] = hn::LoadU(d, output + c + v * lanes);
    for (std::size_t j = 0; j < count; ++j) {
        const auto share = hn::Set(d, p[j]);
        const Stored* row = values + j * n + c;
        for (std::size_t v = 0; v < kVectors; ++v)
            sums[v] = hn::MulAdd(share, widened(d, row + v * lanes), sums[v]);
    }
    for (std::size_t v = 0; v < kVectors; ++v)
        hn::StoreU(sums[v], d, output + c + v * lanes);
}

template <class Stored>
HWY_INLINE void addAllValues(const float* p, std::size_t count, const Stored* values, std::size_t n,
                             float* output) {
    const hn::ScalableTag<float> d;
    const hn::CappedTag<float, 1> one;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t c = 0;
    for (; c + 4 * lanes <= n; c += 4 * lanes)
        addValues<4>(d, p, count, values, n, c, output);
    for (; c + lanes <= n; c += lanes)
        addValues<1>(d, p, count, values, n, c, output);
    for (; c < n; ++c)
        addValues<1>(one, p, count, values, n, c, output);
}

HWY_INLINE void scaleBy(float factor, Running& running) {
    forEachVector(running.n, [&running, factor](auto d, std::size_t i) HWY_ATTR {
        hn::StoreU(hn::Mul(hn::LoadU(d, running.output + i), hn::Set(d, factor)), d, running.output + i);
    });
    running.sum *= factor;
}

// Tokens [first, end) of a page. Returns their part of running.sum; `others`, parts of earlier pages, are
// brought to the new maximum.
template <class Stored>
float readPage(const AttentionShape& shape, const float* page, int head, std::size_t first, std::size_t end,
               Running& running, Chosen& others, std::size_t otherCount) {
    const auto* const stored = reinterpret_cast<const Stored*>(page + shape.width());
    const auto* const keys = asVectors(stored + shape.keysOf(head));
    const auto* const values = asVectors(stored + shape.valuesOf(head));
    const std::size_t n = running.n;
    float part = 0;
    for (std::size_t begin = first / kKeyTile * kKeyTile; begin < end; begin += kBlock) {
        const std::size_t stop = std::min(begin + kBlock, end);
        for (std::size_t j = begin; j < stop; j += kKeyTile)
            scoreTile(running.query, n, keys + j * n, running.scores + (j - begin));
        const std::size_t from = std::max(begin, first);
        float* const scores = running.scores + (from - begin);
        const std::size_t count = stop - from;
        const float maximum = std::max(running.maximum, *std::max_element(scores, scores + count));
        if (maximum > running.maximum) {
            const float factor = std::exp(running.maximum - maximum);
            scaleBy(factor, running);
            part *= factor;
            for (std::size_t i = 0; i < otherCount; ++i)
                others.score[i] *= factor;
            running.maximum = maximum;
        }
        const float sum = sumOver(count, [scores, maximum](auto d, std::size_t i) HWY_ATTR {
            const auto share = hn::Exp(d, hn::Sub(hn::LoadU(d, scores + i), hn::Set(d, maximum)));
            hn::StoreU(share, d, scores + i);
            return share;
        });
        part += sum;
        running.sum += sum;
        addAllValues(scores, count, values + from * n, n, running.output);
    }
    return part;
}

void choose(const SparseAttention& op, std::size_t row, int head, Chosen& chosen) {
    const std::size_t width = op.shape.width();
    const auto n = static_cast<std::size_t>(op.shape.headSize);
    const std::size_t channel = op.pages.isShared ? 0 : static_cast<std::size_t>(head) * n;
    const std::size_t count = op.pages.isShared ? width : n;
    const float* const query = op.query + row * width + channel;
    chosen.count = 0;
    const std::size_t most = std::min<std::size_t>(static_cast<std::size_t>(op.pages.chosen), kMostChosen);
    for (auto page = static_cast<std::size_t>(op.pages.firstPage);
         page < op.pages.complete.size() && most > 0; ++page)
        chosen.add(static_cast<int>(page), dot(query, op.pages.complete[page] + channel, count), most);
}

template <class Stored> void readChosen(const SparseAttention& op, std::size_t row, int head) {
    const AttentionShape& shape = op.shape;
    const AttentionPages& pages = op.pages;
    const auto n = static_cast<std::size_t>(shape.headSize);
    const std::size_t channel = static_cast<std::size_t>(head) * n;
    Running running;
    running.n = n;
    const float scale = 1.0f / std::sqrt(static_cast<float>(n));
    for (std::size_t c = 0; c < n; ++c) {
        running.query[c] = op.query[row * shape.width() + channel + c] * scale;
        running.output[c] = 0;
    }
    Chosen chosen;
    choose(op, row, head, chosen);
    for (std::size_t i = 0; i < chosen.count; ++i) {
        const int page = chosen.page[i];
        const int first = page == pages.firstPage ? pages.firstToken : 0;
        chosen.score[i] = readPage<Stored>(shape, pages.complete[static_cast<std::size_t>(page)], head,
                                           static_cast<std::size_t>(first),
                                           static_cast<std::size_t>(shape.chunk), running, chosen, i);
    }
    const bool beginsInOwn = static_cast<std::size_t>(pages.firstPage) == pages.complete.size();
    readPage<Stored>(shape, pages.own, head, static_cast<std::size_t>(beginsInOwn ? pages.firstToken : 0),
                     static_cast<std::size_t>(pages.filled) + row + 1, running, chosen, chosen.count);
    const float inverse = 1.0f / running.sum;
    float* const output = op.output + row * shape.width() + channel;
    float* const choices = op.choices + row * shape.width() + channel;
    for (std::size_t c = 0; c < n; ++c)
        output[c] = running.output[c] * inverse;
    choices[n - 1] = 0; // of no pair if N is odd
    for (std::size_t i = 0; 2 * i + 1 < n; ++i) {
        const bool isThere = i < chosen.count;
        choices[2 * i] = isThere ? static_cast<float>(chosen.page[i]) : -1.0f;
        choices[2 * i + 1] = isThere ? chosen.score[i] * inverse : 0.0f;
    }
}

template <class Stored> void readRows(const SparseAttention& op, std::size_t begin, std::size_t end) {
    const auto tokens = static_cast<std::size_t>(op.tokens);
    for (std::size_t i = begin; i < end; ++i)
        readChosen<Stored>(op, i % tokens, static_cast<int>(i / tokens));
}

void readHalves(const SparseAttention& op, std::size_t begin, std::size_t end) {
    readRows<std::uint16_t>(op, begin, end);
}
void readFloats(const SparseAttention& op, std::size_t begin, std::size_t end) {
    readRows<float>(op, begin, end);
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

namespace {

void store(float value, float& out) { out = value; }
// Beyond the range of float16, its largest.
void store(float value, std::uint16_t& out) { out = floatToHalf(std::clamp(value, -65504.0f, 65504.0f)); }

// The step's keys and values into the own page, and their sum, of a head.
template <class Stored> void append(const SparseAttention& op, int head) {
    const AttentionShape& shape = op.shape;
    auto* const stored = reinterpret_cast<Stored*>(op.pages.own + shape.width());
    for (int n = 0; n < shape.headSize; ++n) {
        const std::size_t channel =
            static_cast<std::size_t>(head) * static_cast<std::size_t>(shape.headSize) +
            static_cast<std::size_t>(n);
        float sum = op.pages.filled == 0 ? 0.0f : op.state[channel];
        for (int t = 0; t < op.tokens; ++t) {
            const std::size_t at = static_cast<std::size_t>(t) * shape.width() + channel;
            store(op.key[at], stored[shape.keyAt(head, op.pages.filled + t, n)]);
            store(op.value[at], stored[shape.valueAt(head, op.pages.filled + t, n)]);
            sum += op.key[at];
        }
        op.state[channel] = sum;
        if (op.pages.filled + op.tokens == shape.chunk)
            op.pages.own[channel] = sum;
    }
}

// One after another, so that it makes no difference how a text was cut or how many threads there are.
void countVotes(const SparseAttention& op) {
    const auto n = static_cast<std::size_t>(op.shape.headSize);
    const std::size_t rows = static_cast<std::size_t>(op.tokens) * static_cast<std::size_t>(op.shape.heads);
    float* const votes = op.state + op.shape.width();
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t i = 0; i + 1 < n; i += 2) {
            const float page = op.choices[row * n + i];
            if (page < 0)
                break;
            votes[static_cast<std::size_t>(page)] += op.choices[row * n + i + 1];
        }
}

} // namespace

HWY_EXPORT(readHalves);
HWY_EXPORT(readFloats);

void sparseAttention(const SparseAttention& op, ThreadPool& pool) {
    assert(op.shape.headSize <= kMaxHeadSize && op.pages.filled + op.tokens <= op.shape.chunk);
    const auto heads = static_cast<std::size_t>(op.shape.heads);
    const auto tokens = static_cast<std::size_t>(op.tokens);
    const auto n = static_cast<std::size_t>(op.shape.headSize);
    splitWork(pool, heads, tokens * n * 4, [&op](std::size_t begin, std::size_t end) {
        for (std::size_t head = begin; head < end; ++head)
            op.shape.isHalf ? append<std::uint16_t>(op, static_cast<int>(head))
                            : append<float>(op, static_cast<int>(head));
    });
    const std::size_t seen =
        std::min<std::size_t>(op.pages.complete.size(), static_cast<std::size_t>(op.pages.chosen)) + 1;
    splitWork(pool, heads * tokens, seen * static_cast<std::size_t>(op.shape.chunk) * 2 * n,
              [&op](std::size_t begin, std::size_t end) {
                  if (op.shape.isHalf)
                      HWY_DYNAMIC_DISPATCH(readHalves)(op, begin, end);
                  else
                      HWY_DYNAMIC_DISPATCH(readFloats)(op, begin, end);
              });
    if (op.votes > 0)
        countVotes(op);
}

} // namespace engine::cpu
#endif
