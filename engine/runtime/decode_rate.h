// decode_rate.h: how many bytes of weights decoding reads per second on this machine's processor.
// The memory bandwidth does not tell: where it is high, waiting for memory or the products of packed weights
// limit decoding first. So it is measured by decoding, with random weights far larger than the caches.
// Threads: the pool's rules.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/model/model.h"

#include <cstdint>
#include <memory>
#include <stop_token>

namespace engine {

// Of memory that the measurement takes, for a second or two: weights of 16 bits, and what makes them.
inline constexpr std::int64_t kDecodeRateMemory = 800'000'000;

// GB/s, powers of ten; the median of several rounds of a few tokens, since on a machine that is lent out in
// parts single rounds can be half as fast again as the others. Weights of zeros that channel mixing leaves
// out are not counted. `stop` is looked at before every token.
// Errors: OutOfMemory, Cancelled.
[[nodiscard]] Expected<double> measureDecodeRate(WeightType weights, const std::shared_ptr<ThreadPool>& pool,
                                                 const std::stop_token& stop = {});

} // namespace engine
