// weight_memory.h: memory for a model's weights, many matrices together in one region of huge pages.
// Every token reads all weights once, in leaps, and a leap into another page of 4 KiB has to wait for its
// address first. A matrix of some hundred kilobytes is too small for huge pages of its own; scratch memory,
// which comes and goes, must not lie between weights, as a region is given back as a whole.
// Threads: any.
#pragma once

#include "engine/core/aligned_buffer.h"

#include <cstddef>
#include <memory>

namespace engine {

// From so many bytes on weights lie in huge pages wherever they are (file_bytes.h asks for them, too).
inline constexpr std::size_t kLeastWeightsInPlace = kHugePage;

// Uninitialised memory, aligned to kBufferAlignment, which lives as long as a copy of the pointer. Its region
// lives as long as anything in it. Throws std::bad_alloc.
[[nodiscard]] std::shared_ptr<std::byte> allocateWeights(std::size_t bytes);

} // namespace engine
