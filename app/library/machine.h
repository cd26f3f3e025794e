// machine.h: what is measured of this machine for the estimates of models.
// Threads: any.
#pragma once

#include "app/library/estimate.h"

#include <stop_token>

namespace app {

// Memory that programs can have without others going to disk (MemAvailable of /proc/meminfo); -1 if the
// system does not say.
[[nodiscard]] qint64 freeMemory();

// Free memory, and how fast decoding reads weights: some seconds on all processors, and some hundred
// megabytes for as long. Rates that cannot be measured, and those behind a stop, are 0.
[[nodiscard]] MachineFacts measureMachine(const std::stop_token& stop = {});

} // namespace app
