// estimate.h: what a model would take of this machine, before it is downloaded: memory and tokens per second.
// Decoding a token reads every weight once, but for the embedding, of which it reads a row, and the weights
// of channel mixing that meet zeros; so the rate is the memory bandwidth, divided by those bytes.
// Threads: pure functions.
#pragma once

#include "app/library/remote_file.h"

namespace app {

struct MachineFacts {
    qint64 freeBytes = -1;         // of memory; -1: unknown
    double gigabytesPerSecond = 0; // read from memory by all threads together; 0: not measured yet
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
