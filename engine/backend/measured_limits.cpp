#include "engine/backend/measured_limits.h"

#include "engine/cpu/simd_targets.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/measured_limits.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Reads `count` words and combines them, so that no read can be left out; fetches 16 KiB ahead if asked to,
// which bridges the ends of pages where the processor's own prefetchers stop.
template <bool kFetchesAhead> std::uint64_t readLine(const std::uint64_t* words, std::size_t count) {
    const hn::ScalableTag<std::uint64_t> d;
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<decltype(d)> combined[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    for (std::size_t i = 0; i + 4 * lanes <= count; i += 4 * lanes)
#pragma GCC unroll 4
        for (std::size_t s = 0; s < 4; ++s) {
            const std::uint64_t* from = words + i + s * lanes;
            if (kFetchesAhead)
                __builtin_prefetch(from + 16384 / sizeof(std::uint64_t));
            combined[s] = hn::Xor(combined[s], hn::LoadU(d, from));
        }
    const auto all = hn::Xor(hn::Xor(combined[0], combined[1]), hn::Xor(combined[2], combined[3]));
    return static_cast<std::uint64_t>(hn::GetLane(hn::SumOfLanes(d, all)));
}

std::uint64_t readWords(const std::uint64_t* words, std::size_t count, bool fetchAhead) {
    return fetchAhead ? readLine<true>(words, count) : readLine<false>(words, count);
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace engine {

HWY_EXPORT(readWords);

namespace {

constexpr std::size_t kClaimWords = std::size_t{1024} * 1024 / sizeof(std::uint64_t);

} // namespace

Expected<double> measureBandwidth(ThreadPool& pool) {
    try {
        AlignedBuffer<std::uint64_t> words(kBandwidthBytes / sizeof(std::uint64_t));
        std::atomic<std::uint64_t> combined{0};
        BestRate rate(static_cast<double>(kBandwidthBytes));
        for (int pass = 0; pass < kBandwidthPasses; ++pass) {
            std::atomic<std::size_t> next{0};
            const bool fetchesAhead = pass % 2 == 1; // which is faster differs
            auto done = rate.measure([&]() -> Expected<void> {
                pool.run([&](int) {
                    std::uint64_t mine = 0;
                    for (std::size_t at = next.fetch_add(kClaimWords); at < words.size();
                         at = next.fetch_add(kClaimWords))
                        mine ^= HWY_DYNAMIC_DISPATCH(readWords)(words.data() + at, kClaimWords, fetchesAhead);
                    combined ^= mine;
                });
                return {};
            });
            if (!done)
                return failure(done.error());
        }
        return rate.giga();
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::OutOfMemory,
                       "no memory for the buffer to measure the memory bandwidth with");
    }
}

Expected<MatrixRate> MatrixRate::measure(DataType type, ThreadPool& pool) {
    try {
        MatrixRate rate(type, pool);
        constexpr std::size_t kElements = static_cast<std::size_t>(kMatrixSize) * kMatrixSize;
        // Zeros would do less work in the power-managed parts of a processor; ones are ordinary numbers.
        AlignedBuffer<float> ones(kElements);
        std::fill(ones.span().begin(), ones.span().end(), 1.0f);
        rate.m_input.resize(kElements * bytesPerBlock(type));
        if (auto written = fromFloat32(type, ones.span(), rate.m_input.span()); !written)
            return failure(written.error());
        rate.m_output.resize(kElements);
        if (auto prepared = rate.multiplyOnce(); !prepared)
            return failure(prepared.error());
        if (auto measured = rate.measureAgain(); !measured)
            return failure(measured.error());
        return rate;
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::OutOfMemory, "no memory for the matrices to measure the matrix rate with");
    }
}

Expected<void> MatrixRate::measureAgain() {
    return m_rate.measure([this] { return multiplyOnce(); });
}

Expected<void> MatrixRate::multiplyOnce() {
    ProductShape shape;
    shape.m = shape.n = shape.k = kMatrixSize;
    shape.inputs = m_type;
    shape.transposeB = true; // as weights are stored
    return multiply(shape, m_input.data(), m_input.data(), m_output.data(), *m_pool, m_scratch);
}

Expected<double> measureMatrixRate(DataType type, ThreadPool& pool) {
    auto rate = MatrixRate::measure(type, pool);
    for (int pass = 1; rate && pass < kMatrixPasses; ++pass)
        if (auto measured = rate->measureAgain(); !measured)
            return failure(measured.error());
    return rate.map(&MatrixRate::best);
}

} // namespace engine

#endif // HWY_ONCE
