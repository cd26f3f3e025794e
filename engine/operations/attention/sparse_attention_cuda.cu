// sparse_attention_cuda.cu: three launches:
//   1. the step's keys and values join the own page; a thread has one channel of a sequence
//   2. a block has one token of one head: it finds the best page that is not yet read, reads it, and so on
//   3. a thread has one complete page, and sums its votes in the order of tokens and heads
// Nothing but the launches' sizes depends on the host's view of the pages, so that a recorded step serves a
// text as it grows.
#include "engine/operations/attention/sparse_attention.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stored_value.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/recurrence/wkv6.h"

#include <cassert>

namespace engine::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarpSize;
// Pairs of a head in `choices`, of the largest head.
constexpr int kMostPairs = kMaxHeadSize / 2;
constexpr int kChannelsPerThread = kMaxHeadSize / kThreads;

struct Attention {
    AttentionShape shape;
    int block = 0;
    int votes = 0;
    const float* query = nullptr;
    const float* key = nullptr;
    const float* value = nullptr;
    float* output = nullptr;
    float* choices = nullptr;
    Sequences sequences;
};

template <class Stored>
__device__ __forceinline__ const Stored* storedOf(const float* page, const Attention& op) {
    return reinterpret_cast<const Stored*>(page + op.shape.width());
}

__device__ __forceinline__ void keep(float value, float& out) { out = value; }
__device__ __forceinline__ void keep(float value, Float16& out) {
    narrow(fminf(fmaxf(value, -65504.0f), 65504.0f), out);
}

// blockIdx.y: the sequence.
template <class Stored>
__global__ void __launch_bounds__(kThreads) appendKernel(const __grid_constant__ Attention op) {
    startNext();
    awaitPrevious();
    const int channel = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
    const int width = static_cast<int>(op.shape.width());
    if (channel >= width)
        return;
    const int s = static_cast<int>(blockIdx.y);
    const AttentionTable& table = op.sequences.attentionOf(s, op.block);
    auto* const stored = reinterpret_cast<Stored*>(table.own + width);
    float* const state = op.sequences.stateOf(s);
    const int head = channel / op.shape.headSize, n = channel % op.shape.headSize;
    const int tokens = op.sequences.tokens;
    float sum = table.filled == 0 ? 0.0f : state[channel];
    for (int t = 0; t < tokens; ++t) {
        const std::size_t at =
            (static_cast<std::size_t>(s) * static_cast<std::size_t>(tokens) + static_cast<std::size_t>(t)) *
                static_cast<std::size_t>(width) +
            static_cast<std::size_t>(channel);
        const float key = op.key[at];
        keep(key, stored[op.shape.keyAt(head, table.filled + t, n)]);
        keep(op.value[at], stored[op.shape.valueAt(head, table.filled + t, n)]);
        sum += key;
    }
    state[channel] = sum;
    if (table.filled + tokens == op.shape.chunk)
        table.own[channel] = sum;
}

// A block's view of its token and head.
struct Shared {
    float query[kMaxHeadSize]; // over sqrt(N)
    float shares[kThreads];    // of the tokens that are read at once
    float scratch[kWarps];
    float bestScores[kWarps];
    int bestPages[kWarps];
    float parts[kMostPairs];    // of the softmax's sum, of the pages read so far
    float maximums[kMostPairs]; // which they are relative to
    int pages[kMostPairs];
};

// One softmax, so far: the same in all threads but for the output, of which each has some channels.
struct Running {
    float maximum = -INFINITY;
    float sum = 0;
    float output[kChannelsPerThread] = {};
};

struct Candidate {
    float score = -INFINITY;
    int page = -1;

    // Whether it is read before the other: the better one, or of equal ones the earlier.
    __device__ __forceinline__ bool isBefore(const Candidate& other) const {
        return other.page < 0
                   ? page >= 0
                   : page >= 0 && (score > other.score || (score == other.score && page < other.page));
    }
};

// The first page in that order behind `last`, if `last` is any. In all threads.
__device__ Candidate nextPage(const AttentionTable& table, const float* query, int channel, int channels,
                              const Candidate& last, Shared& shared) {
    const int warp = static_cast<int>(threadIdx.x) / kWarpSize,
              lane = static_cast<int>(threadIdx.x) % kWarpSize;
    Candidate best;
    for (int page = table.firstPage + warp; page < table.count; page += kWarps) {
        const float* const pooled = table.complete[page] + channel;
        float score = 0;
        for (int c = lane; c < channels; c += kWarpSize)
            score = fmaf(query[c], pooled[c], score);
        const Candidate candidate{warpSum(score), page};
        if ((last.page < 0 || last.isBefore(candidate)) && candidate.isBefore(best))
            best = candidate;
    }
    if (lane == 0) {
        shared.bestScores[warp] = best.score;
        shared.bestPages[warp] = best.page;
    }
    __syncthreads();
    best = Candidate{};
    for (int w = 0; w < kWarps; ++w) {
        const Candidate candidate{shared.bestScores[w], shared.bestPages[w]};
        if (candidate.isBefore(best))
            best = candidate;
    }
    __syncthreads(); // before the next call writes
    return best;
}

__device__ __forceinline__ float blockMax(float value, float* scratch) {
    value = warpMax(value);
    if (threadIdx.x % kWarpSize == 0)
        scratch[threadIdx.x / kWarpSize] = value;
    __syncthreads();
    float maximum = scratch[0];
    for (int warp = 1; warp < kWarps; ++warp)
        maximum = fmaxf(maximum, scratch[warp]);
    __syncthreads();
    return maximum;
}

// Tokens [first, end) of a page. Returns their part of running.sum, relative to running.maximum.
template <class Stored>
__device__ float readPage(const Attention& op, const float* page, int head, int first, int end,
                          Running& running, Shared& shared) {
    const int thread = static_cast<int>(threadIdx.x);
    const int headSize = op.shape.headSize;
    const Stored* const stored = storedOf<Stored>(page, op);
    float part = 0;
    for (int begin = first; begin < end; begin += kThreads) {
        const int token = begin + thread;
        float score = -INFINITY;
        if (token < end) {
            const Stored* const key = stored + op.shape.keyAt(head, token, 0);
            score = 0;
            for (int n = 0; n < headSize; ++n)
                score = fmaf(shared.query[n], widened(key[n * kKeyTile]), score);
        }
        const float maximum = fmaxf(running.maximum, blockMax(score, shared.scratch));
        const float factor = expf(running.maximum - maximum); // 0 at first
        const float share = token < end ? expf(score - maximum) : 0.0f;
        shared.shares[thread] = share;
        const float sum = blockSum<kThreads>(share, shared.scratch); // a barrier for `shares`, too
        part = fmaf(part, factor, sum);
        running.sum = fmaf(running.sum, factor, sum);
        running.maximum = maximum;
        const int count = min(kThreads, end - begin);
        for (int i = 0; i < kChannelsPerThread; ++i) {
            const int n = thread + i * kThreads;
            if (n >= headSize)
                break;
            const Stored* const value = stored + op.shape.valueAt(head, begin, n);
            float output = running.output[i] * factor;
            for (int t = 0; t < count; ++t)
                output = fmaf(shared.shares[t], widened(value[t * headSize]), output);
            running.output[i] = output;
        }
        __syncthreads(); // before `shares` and `scratch` are written again
    }
    return part;
}

// blockIdx.x: the head, blockIdx.y: the row.
template <class Stored>
__global__ void __launch_bounds__(kThreads) readKernel(const __grid_constant__ Attention op) {
    __shared__ Shared shared;
    startNext();
    awaitPrevious();
    const int thread = static_cast<int>(threadIdx.x);
    const int headSize = op.shape.headSize, width = static_cast<int>(op.shape.width());
    const int head = static_cast<int>(blockIdx.x);
    const auto row = static_cast<std::size_t>(blockIdx.y);
    const int tokens = op.sequences.tokens;
    const int s = static_cast<int>(blockIdx.y) / tokens, t = static_cast<int>(blockIdx.y) % tokens;
    const AttentionTable& table = op.sequences.attentionOf(s, op.block);
    const float* const query = op.query + row * static_cast<std::size_t>(width);
    const std::size_t at = row * static_cast<std::size_t>(width) + static_cast<std::size_t>(head * headSize);
    const float scale = 1.0f / sqrtf(static_cast<float>(headSize));
    for (int n = thread; n < headSize; n += kThreads)
        shared.query[n] = op.query[at + static_cast<std::size_t>(n)] * scale;
    __syncthreads();

    Running running;
    const int channel = table.isShared != 0 ? 0 : head * headSize;
    const int channels = table.isShared != 0 ? width : headSize;
    const int pairs = headSize / 2;
    Candidate last;
    int count = 0;
    for (; count < min(table.chosen, kMostChosen); ++count) {
        const Candidate next = nextPage(table, query + channel, channel, channels, last, shared);
        if (next.page < 0)
            break;
        last = next;
        const int first = next.page == table.firstPage ? table.firstToken : 0;
        const float part =
            readPage<Stored>(op, table.complete[next.page], head, first, op.shape.chunk, running, shared);
        if (thread == 0 && count < pairs) {
            shared.pages[count] = next.page;
            shared.parts[count] = part;
            shared.maximums[count] = running.maximum;
        }
    }
    readPage<Stored>(op, table.own, head, table.firstPage == table.count ? table.firstToken : 0,
                     table.filled + t + 1, running, shared);
    const float inverse = 1.0f / running.sum;
    for (int i = 0; i < kChannelsPerThread; ++i)
        if (const int n = thread + i * kThreads; n < headSize)
            op.output[at + static_cast<std::size_t>(n)] = running.output[i] * inverse;
    __syncthreads();
    for (int i = thread; i < pairs; i += kThreads) {
        const bool isThere = i < count;
        float* const pair = op.choices + at + static_cast<std::size_t>(2 * i);
        pair[0] = isThere ? static_cast<float>(shared.pages[i]) : -1.0f;
        pair[1] = isThere ? shared.parts[i] * expf(shared.maximums[i] - running.maximum) * inverse : 0.0f;
    }
    if (thread == 0 && headSize % 2 == 1)
        op.choices[at + static_cast<std::size_t>(headSize - 1)] = 0;
}

// blockIdx.y: the sequence.
__global__ void __launch_bounds__(kThreads) voteKernel(const __grid_constant__ Attention op) {
    startNext();
    awaitPrevious();
    const int page = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
    const int s = static_cast<int>(blockIdx.y);
    const AttentionTable& table = op.sequences.attentionOf(s, op.block);
    if (page >= table.count)
        return;
    const int headSize = op.shape.headSize, heads = op.shape.heads, tokens = op.sequences.tokens;
    float* const vote = op.sequences.stateOf(s) + op.shape.width() + page;
    const float* choices =
        op.choices + static_cast<std::size_t>(s) * static_cast<std::size_t>(tokens) * op.shape.width();
    float sum = *vote;
    for (int row = 0; row < tokens * heads; ++row, choices += headSize)
        for (int i = 0; i + 1 < headSize && choices[i] >= 0; i += 2)
            if (static_cast<int>(choices[i]) == page)
                sum += choices[i + 1];
    *vote = sum;
}

} // namespace

void sparseAttention(const SparseAttention& op, const Sequences& sequences, const Stream& stream) {
    assert(op.shape.headSize <= kMaxHeadSize && sequences.attention != nullptr);
    Attention attention;
    attention.shape = op.shape;
    attention.block = op.block;
    attention.votes = op.votes;
    attention.query = op.query;
    attention.key = op.key;
    attention.value = op.value;
    attention.output = op.output;
    attention.choices = op.choices;
    attention.sequences = sequences;
    const dim3 channels(static_cast<unsigned>(blocksFor(static_cast<int>(op.shape.width()), kThreads)),
                        static_cast<unsigned>(sequences.count));
    const dim3 rows(static_cast<unsigned>(op.shape.heads), static_cast<unsigned>(sequences.rows()));
    if (op.shape.isHalf) {
        launch(stream, appendKernel<Float16>, channels, dim3(kThreads), attention);
        launch(stream, readKernel<Float16>, rows, dim3(kThreads), attention);
    } else {
        launch(stream, appendKernel<float>, channels, dim3(kThreads), attention);
        launch(stream, readKernel<float>, rows, dim3(kThreads), attention);
    }
    if (op.votes > 0)
        launch(stream, voteKernel,
               dim3(static_cast<unsigned>(blocksFor(op.votes, kThreads)),
                    static_cast<unsigned>(sequences.count)),
               dim3(kThreads), attention);
}

} // namespace engine::cuda
