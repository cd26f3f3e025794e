// draw_block.cuh: the last launch of a draw: one block that orders a list of candidates, filters it and
// draws. Each thread owns candidates that follow one another; what all must see goes through shared memory.
#pragma once

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/draw/draw_task.cuh"

namespace engine::cuda {

inline constexpr Wide kNoEntry = ~Wide{0}; // after all others
// Of the list, by a thread.
inline constexpr int kOwned = kMostDrawCandidates / kDrawThreads;

// A thread's part of the list: candidates that follow one another, by token.
struct Owned {
    int token[kOwned];
    float logit[kOwned];
    float weight[kOwned]; // 0: none, or removed
};

// What the last launch's functions share.
struct DrawBlock {
    const DrawTask& task;
    Wide* held;    // shared memory, [kMostDrawCandidates]
    Wide* scratch; // shared memory, [kDrawWarps]
    int* kept;     // shared memory
    float largest;
};

// Sorts the first `size` held, a power of two, ascending: bitonic. Held values are written before a barrier
// and can be read after this. Steps within 64 values stay in a warp, as its 32 pairs then are always of the
// same 64.
inline __device__ void sortHeld(Wide* held, int size) {
    for (int run = 2; run <= size; run *= 2)
        for (int distance = run / 2; distance > 0; distance /= 2) {
            for (int pair = ownNumber(); pair < size / 2; pair += kDrawThreads) {
                const int low = 2 * pair - (pair & (distance - 1));
                const int high = low + distance;
                const Wide a = held[low], b = held[high];
                if ((a > b) == ((low & run) == 0)) {
                    held[low] = b;
                    held[high] = a;
                }
            }
            const int following = distance > 1 ? distance / 2 : run;
            if (max(distance, following) <= kWarpSize)
                __syncwarp();
            else
                __syncthreads();
        }
    __syncthreads();
}

// Sorts the owned candidates of all threads, in `size` places, by what keyOf says of each, then by token.
template <class KeyOf> __device__ void sortOwned(const Owned& owned, int size, Wide* held, KeyOf keyOf) {
    __syncthreads(); // what is held may still be read
#pragma unroll
    for (int i = 0; i < kOwned; ++i) {
        const int place = ownNumber() * kOwned + i;
        if (place < size)
            held[place] = owned.weight[i] > 0 ? pairOf(keyOf(i), owned.token[i]) : kNoEntry;
    }
    __syncthreads();
    sortHeld(held, size);
}

template <class KeyOf> __device__ void removeAfter(Wide last, Owned& owned, KeyOf keyOf) {
#pragma unroll
    for (int i = 0; i < kOwned; ++i)
        if (pairOf(keyOf(i), owned.token[i]) > last)
            owned.weight[i] = 0;
}

// How many of the sorted come until they weigh `wanted` together, without those that weigh less than `least`.
template <class WeightOf>
inline __device__ int countKept(const DrawBlock& block, int size, Wide wanted, float least,
                                WeightOf weightOf) {
    float weight[kOwned];
    Wide sum = 0;
#pragma unroll
    for (int i = 0; i < kOwned; ++i) {
        const int place = ownNumber() * kOwned + i;
        weight[i] = place < size && block.held[place] != kNoEntry ? weightOf(block.held[place]) : 0.0f;
        sum += fixed(weight[i], block.task);
    }
    if (ownNumber() == 0)
        *block.kept = size;
    Wide total = 0;
    Wide before = blockScan(sum, block.scratch, total) - sum;
#pragma unroll
    for (int i = 0; i < kOwned; ++i) {
        const int place = ownNumber() * kOwned + i;
        if (place < size && (weight[i] == 0 || weight[i] < least || before >= wanted))
            atomicMin(block.kept, place);
        before += fixed(weight[i], block.task);
    }
    __syncthreads();
    return *block.kept;
}

inline __device__ Wide totalOf(const Owned& owned, const DrawBlock& block) {
    Wide sum = 0, total = 0;
#pragma unroll
    for (int i = 0; i < kOwned; ++i)
        sum += fixed(owned.weight[i], block.task);
    blockScan(sum, block.scratch, total);
    return total;
}

inline __device__ void keepTopK(Owned& owned, int size, const DrawBlock& block) {
    const auto keyOf = [&](int i) { return ~ascending(owned.logit[i]); };
    sortOwned(owned, size, block.held, keyOf);
    removeAfter(block.held[block.task.topK - 1], owned, keyOf);
}

// A token's surprise is its distance and the same for all, so distances serve as well.
inline __device__ void keepTypical(Owned& owned, int size, const DrawBlock& block) {
    const DrawTask& task = block.task;
    Wide sum = 0, all = 0;
#pragma unroll
    for (int i = 0; i < kOwned; ++i)
        if (owned.weight[i] > 0)
            sum += fixed(owned.weight[i] * distanceOf(owned.logit[i], block.largest, task), task);
    blockScan(sum, block.scratch, all);
    const Wide total = totalOf(owned, block);
    const float mean = static_cast<float>(all) / static_cast<float>(total);
    const auto keyOf = [&](int i) {
        return __float_as_uint(fabsf(distanceOf(owned.logit[i], block.largest, task) - mean));
    };
    sortOwned(owned, size, block.held, keyOf);
    const int kept = countKept(block, size, shareOf(task.typical, total), 0.0f, [&](Wide pair) {
        return weightAt(distanceOf(task.logits[tokenOf(pair)], block.largest, task));
    });
    removeAfter(block.held[kept - 1], owned, keyOf);
}

// The candidate in whose part of `total` the uniform number falls.
inline __device__ void drawFromOwned(const Owned& owned, Wide total, const DrawBlock& block, Wide target) {
    Wide sum = 0, all = 0;
#pragma unroll
    for (int i = 0; i < kOwned; ++i)
        sum += fixed(owned.weight[i], block.task);
    Wide before = blockScan(sum, block.scratch, all) - sum;
#pragma unroll
    for (int i = 0; i < kOwned; ++i) {
        const Wide after = before + fixed(owned.weight[i], block.task);
        if (target >= before && target < after) {
            block.task.result->token = owned.token[i];
            block.task.result->probability = probabilityOf(owned.weight[i], total, block.task);
            block.task.result->isComplete = 1;
        }
        before = after;
    }
}

inline __device__ void reportBest(int count, Wide total, const DrawBlock& block) {
    DrawResult& result = *block.task.result;
    const int own = ownNumber();
    const int reported = min(count, static_cast<int>(kDrawnBest));
    if (own < reported) {
        result.bestTokens[own] = tokenOf(block.held[own]);
        result.bestProbabilities[own] =
            probabilityOf(__uint_as_float(~firstOf(block.held[own])), total, block.task);
    }
    if (own == 0)
        result.bestCount = reported;
}

} // namespace engine::cuda
