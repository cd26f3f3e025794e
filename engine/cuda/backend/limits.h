// limits.h: what a device can do at most, for shares such as "85 % of the memory's rate".
// Errors: BackendFailure, std::bad_alloc.
#pragma once

#include "engine/backend/cuda_plugin.h"
#include "engine/cuda/device/device.h"

namespace engine::cuda {

// Takes about a second, 2 GB of the device's memory at most, and all of its time.
[[nodiscard]] CudaLimits measureLimits(const Device& device);

} // namespace engine::cuda
