// estimate.h: what a model would take of this machine, before it is downloaded: memory and tokens per second.
// Decoding a token reads every weight once, but for the embedding, of which it reads a row, and the weights
// of channel mixing that meet zeros; so the rate is what decoding reads per second, divided by those bytes.
// Threads: pure functions.
#pragma once

#include "app/library/remote_file.h"

namespace app {

// GB/s of weights that decoding reads (engine/runtime/decode_rate.h), by how they are kept in memory: in 16
// bits, or in blocks of 8 or 4. 0: not measured yet.
struct DecodeRates {
    double halves = 0, q8 = 0, q4 = 0;
};

struct MachineFacts {
    qint64 freeBytes = -1; // of memory; -1: unknown
    DecodeRates decode;
};

enum class MemoryFit { Unknown, Fits, Tight, TooLarge };

struct ModelEstimate {
    qint64 memoryBytes = -1; // -1: unknown
    MemoryFit fit = MemoryFit::Unknown;
    double bytesPerToken = 0;
    double tokensPerSecond = 0; // on the processor; 0: unknown
};

[[nodiscard]] ModelEstimate estimateOf(const RemoteModel& model, const MachineFacts& machine);

// Parameters of a model of these sizes, without small tensors (under 1 % in published models, in truth up to
// 3 % where low-rank factors are many); 0 if the sizes are not known.
[[nodiscard]] double parametersOf(const RemoteModel& model);

} // namespace app
