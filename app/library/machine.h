// machine.h: what is measured of this machine for the estimates of models.
// Threads: any.
#pragma once

#include "app/library/estimate.h"

namespace app {

// Memory that programs can have without others going to disk (MemAvailable of /proc/meminfo); -1 if the
// system does not say.
[[nodiscard]] qint64 freeMemory();

// Free memory, and the bandwidth: about a second on all processors, and 512 MB for as long. Where the
// bandwidth cannot be measured it is 0.
[[nodiscard]] MachineFacts measureMachine();

} // namespace app
