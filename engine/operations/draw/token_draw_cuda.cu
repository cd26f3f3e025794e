// token_draw_cuda.cu: penalties, filters and draw over a vocabulary, in four launches; the greedy choice
// takes the first and the last.
//   1. a thread per token: penalties, bans, and the largest logit of each 1024 tokens
//   2. a thread per token: its weight exp((logit - largest) / temperature), and a histogram over the distance
//      from the largest: of weights for top-p, of tokens for top-k
//   3. a thread per token: where the histogram says that the filter ends, and the tokens that come before
//      that or into the same bin, listed in order for each 1024 tokens
//   4. one block, on that list, mostly tens to hundreds of tokens: order, filters, draw
// Without a filter all tokens are candidates: 4 then draws by the sums of 2, and the list only serves the ten
// most likely, found as if by top-k. Typical without top-k keeps by another order, and min-p has its bound
// from the largest alone; they have no use for a histogram.
// Time: each launch is one load from the level 2 cache and some barriers, 2 to 3 microseconds; in the last
// one ordering 256 tokens takes 36 steps, mostly within warps. With copy and waiting 15 to 25 microseconds
// (H200, an estimate).
#include "engine/operations/draw/token_draw.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/draw/draw_block.cuh"
#include "engine/operations/draw/draw_memory.h"
#include "engine/operations/draw/draw_task.cuh"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace engine::cuda {

namespace {

// Smaller temperatures would make 0 times infinity out of the largest logit.
constexpr float kSmallestTemperature = 1e-30f;

// NaN and +inf as the host's cleanLogits() has them; -0 becomes 0.
__device__ __forceinline__ float cleaned(float logit) {
    const float number = logit > kLowest ? logit : kLowest; // NaN compares false
    return fminf(number, kHighest) + 0.0f;
}

__global__ void __launch_bounds__(kDrawThreads)
    prepareKernel(DrawTask task, const float* logits, int vocabulary, const TokenPenalty* penalties,
                  int penaltyCount, float repetition, const unsigned* bans) {
    __shared__ float held[kDrawSegment];
    __shared__ Wide scratch[kDrawWarps];
    startNext();
    awaitPrevious();

    const int own = ownNumber();
    const int token = ownToken();
    float logit = token < vocabulary ? logits[token] : kLowest;
    const bool isBanned = (bans[token / 32] >> token % 32 & 1) != 0;
    if (blockIdx.x == 0)
        task.histogram[own] = 0;
    if (penaltyCount > 0) {
        held[own] = logit;
        __syncthreads();
        for (int i = own; i < penaltyCount; i += kDrawThreads) {
            const TokenPenalty penalty = penalties[i];
            const int place = penalty.token - static_cast<int>(blockIdx.x) * kDrawSegment;
            if (place < 0 || place >= kDrawSegment)
                continue;
            const float before = held[place];
            const float scaled = before > 0 ? before / repetition : before * repetition;
            // By double, so that both steps are rounded as on the host.
            held[place] =
                static_cast<float>(static_cast<double>(scaled) - static_cast<double>(penalty.subtracted));
        }
        __syncthreads();
        logit = held[own];
    }
    logit = isBanned || token >= vocabulary ? kLowest : cleaned(logit);
    task.logits[token] = logit;

    Wide largest = warpMax(pairOf(ascending(logit), ~token));
    if (own % kWarpSize == 0)
        scratch[own / kWarpSize] = largest;
    __syncthreads();
    if (own < kWarpSize) {
        largest = warpMax(scratch[own]);
        if (own == 0)
            task.largest[blockIdx.x] = largest;
    }
}

__global__ void __launch_bounds__(kDrawThreads) weighKernel(DrawTask task) {
    __shared__ Wide bins[kDrawBins];
    __shared__ Wide scratch[kDrawWarps];
    startNext();
    awaitPrevious();

    const int own = ownNumber();
    const float logit = task.logits[ownToken()];
    const float largest = fromAscending(firstOf(largestPair(task)));
    const float distance = distanceOf(logit, largest, task);
    const float weight = weightAt(distance);
    bins[own] = 0;
    __syncthreads();
    if (task.bound != Bound::None && weight > 0)
        atomicAdd(&bins[binOf(distance)], task.bound == Bound::Tokens ? Wide{1} : fixed(weight, task));
    Wide total = 0;
    blockScan(fixed(weight, task), scratch, total);
    if (own == 0)
        task.weights[blockIdx.x] = total;
    if (bins[own] != 0)
        atomicAdd(&task.histogram[own], bins[own]);
}

__global__ void __launch_bounds__(kDrawThreads) collectKernel(DrawTask task) {
    __shared__ Wide scratch[kDrawWarps];
    __shared__ int countScratch[kDrawWarps];
    __shared__ int border;
    startNext();
    awaitPrevious();

    const int own = ownNumber();
    const float logit = task.logits[ownToken()];
    const Wide inBin = task.histogram[own];
    const float largest = fromAscending(firstOf(largestPair(task)));
    if (own == 0)
        border = kDrawBins - 1;
    Wide total = 0;
    const Wide upTo = blockScan(inBin, scratch, total);
    Wide wanted = kNoEntry; // more than there is
    if (task.bound == Bound::Tokens)
        wanted = static_cast<Wide>(task.topK > 0 ? task.topK : static_cast<int>(kDrawnBest));
    else if (task.bound == Bound::Weights)
        wanted = shareOf(task.topP, total);
    if (upTo >= wanted && upTo - inBin < wanted)
        border = own;
    __syncthreads();

    const float distance = distanceOf(logit, largest, task);
    const float weight = weightAt(distance);
    const bool isCandidate = weight > 0 && weight >= task.leastWeight && binOf(distance) <= border;
    int count = 0;
    const int place = blockScan(isCandidate ? 1 : 0, countScratch, count) - 1;
    if (isCandidate)
        task.candidates[static_cast<int>(blockIdx.x) * kDrawSegment + place] =
            pairOf(__float_as_uint(logit), ownToken());
    if (own == 0)
        task.counts[blockIdx.x] = count;
}

__device__ Wide targetOf(double uniform, Wide total) {
    return min(static_cast<Wide>(uniform * static_cast<double>(total)), total - 1);
}

__global__ void __launch_bounds__(kDrawThreads) drawKernel(DrawTask task) {
    __shared__ Wide held[kMostDrawCandidates];
    __shared__ int ends[kDrawThreads];
    __shared__ Wide scratch[kDrawWarps];
    __shared__ int countScratch[kDrawWarps];
    __shared__ int chosenSegment;
    __shared__ Wide chosenBefore;
    __shared__ int kept;
    startNext();
    awaitPrevious();

    const int own = ownNumber();
    const bool hasSegment = own < task.segments;
    const int ownCount = hasSegment && !task.isGreedy ? task.counts[own] : 0;
    const Wide ownWeight = hasSegment && !task.isGreedy ? task.weights[own] : 0;
    const Wide largestPairOfAll = largestPair(task);
    const float largest = fromAscending(firstOf(largestPairOfAll));
    if (task.isGreedy || largest == kLowest) {
        if (own == 0) {
            const int token = largest == kLowest ? task.lowestUnbanned : ~tokenOf(largestPairOfAll);
            DrawResult& result = *task.result;
            result.isComplete = 1;
            result.token = token;
            result.probability = 1;
            result.bestCount = 1;
            result.bestTokens[0] = token;
            result.bestProbabilities[0] = 1;
        }
        return;
    }
    if (own == 0)
        task.result->isComplete = 0;
    int count = 0;
    ends[own] = blockScan(ownCount, countScratch, count);
    Wide total = 0;
    const Wide weightUpTo = blockScan(ownWeight, scratch, total);
    if (count > kMostDrawCandidates)
        return;

    // The list without gaps, then each thread's part of it.
    for (int segment = own / kWarpSize; segment < task.segments; segment += kDrawWarps) {
        const int begin = segment > 0 ? ends[segment - 1] : 0;
        for (int i = own % kWarpSize; i < ends[segment] - begin; i += kWarpSize)
            held[begin + i] = task.candidates[segment * kDrawSegment + i];
    }
    __syncthreads();
    const DrawBlock block{task, held, scratch, &kept, largest};
    Owned owned;
#pragma unroll
    for (int i = 0; i < kOwned; ++i) {
        const int place = own * kOwned + i;
        const bool exists = place < count;
        owned.token[i] = exists ? tokenOf(held[place]) : 0;
        owned.logit[i] = exists ? __uint_as_float(firstOf(held[place])) : kLowest;
        owned.weight[i] = weightAt(distanceOf(owned.logit[i], largest, task));
    }
    int size = 1;
    while (size < count)
        size *= 2;

    if (task.topK > 0 && count > task.topK)
        keepTopK(owned, size, block);
    if (task.typical < 1)
        keepTypical(owned, size, block);
    const auto keyOf = [&](int i) { return ~__float_as_uint(owned.weight[i]); };
    sortOwned(owned, size, held, keyOf);
    if (task.drawsFromAll) {
        reportBest(count, total, block);
        const Wide target = targetOf(task.uniform, total);
        if (target >= weightUpTo - ownWeight && target < weightUpTo) {
            chosenSegment = own;
            chosenBefore = weightUpTo - ownWeight;
        }
        __syncthreads();
        const int token = chosenSegment * kDrawSegment + own;
        const float weight = weightAt(distanceOf(task.logits[token], largest, task));
        Wide inSegment = 0;
        const Wide upTo = chosenBefore + blockScan(fixed(weight, task), scratch, inSegment);
        if (target < upTo && target >= upTo - fixed(weight, task)) {
            task.result->token = token;
            task.result->probability = probabilityOf(weight, total, task);
            task.result->isComplete = 1;
        }
        return;
    }
    if (task.topK > 0 || task.typical < 1)
        total = totalOf(owned, block); // what is left is judged by itself
    const float best = __uint_as_float(~firstOf(held[0]));
    const int left = countKept(block, size, task.topP < 1 ? shareOf(task.topP, total) : kNoEntry,
                               task.minP * best, [](Wide pair) { return __uint_as_float(~firstOf(pair)); });
    removeAfter(held[left - 1], owned, keyOf);
    total = totalOf(owned, block);
    reportBest(left, total, block);
    drawFromOwned(owned, total, block, targetOf(task.uniform, total));
}

DrawTask taskOf(const TokenDraw& op, const DrawMemory& memory) {
    DrawTask task;
    task.segments = blocksFor(op.vocabulary, kDrawSegment);
    task.scale = 1 / std::max(op.temperature, kSmallestTemperature);
    // The sum of all weights, each at most 1, stays below 2^62.
    task.unit = std::ldexp(1.0f, 62 - static_cast<int>(std::bit_width(static_cast<unsigned>(op.vocabulary))));
    task.topK = op.topK < op.vocabulary ? op.topK : 0;
    task.topP = op.topP;
    task.minP = op.minP;
    task.typical = op.typical;
    task.isGreedy = op.temperature == 0;
    task.drawsFromAll = task.topK == 0 && op.topP >= 1 && op.minP <= 0 && op.typical >= 1;
    if (task.topK > 0 || task.drawsFromAll)
        task.bound = Bound::Tokens;
    else if (op.typical >= 1 && op.topP < 1)
        task.bound = Bound::Weights;
    // Where the largest weight of all, 1, is what min-p compares with, and no sum needs those below.
    if (task.topK == 0 && op.typical >= 1)
        task.leastWeight = op.minP;
    task.lowestUnbanned = memory.lowestUnbanned();
    task.uniform = op.uniform;
    task.logits = memory.logits();
    task.largest = memory.largest();
    task.weights = memory.weights();
    task.histogram = memory.histogram();
    task.candidates = memory.candidates();
    task.counts = memory.counts();
    task.result = memory.result();
    return task;
}

} // namespace

DrawnToken drawToken(const TokenDraw& op, DrawMemory& memory, const Stream& stream) {
    assert(op.vocabulary > 0);
    if (op.vocabulary > kDrawSegment * kDrawThreads)
        return {};
    memory.reserve(blocksFor(op.vocabulary, kDrawSegment));
    memory.bringBans(op.banned, op.vocabulary, stream);
    memory.bringPenalties(op.penalties, stream);
    const DrawTask task = taskOf(op, memory);
    const dim3 all(static_cast<unsigned>(task.segments)), block(kDrawThreads);
    launch(stream, prepareKernel, all, block, task, op.logits, op.vocabulary, memory.penalties(),
           static_cast<int>(op.penalties.size()), op.repetitionPenalty, memory.bans());
    if (!task.isGreedy) {
        launch(stream, weighKernel, all, block, task);
        launch(stream, collectKernel, all, block, task);
    }
    launch(stream, drawKernel, dim3(1), block, task);
    return memory.fetch(stream);
}

} // namespace engine::cuda
