// gate_packing.h: the bytes in which summaries and full values lie in the database; see
// docs/formats/gates.md.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/gate_frame.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

using PackedSummary = std::span<std::byte, kPackedSummaryBytes>;
using ConstPackedSummary = std::span<const std::byte, kPackedSummaryBytes>;

// Mean, deviation and share are kept within 1/131070, percentiles exactly.
void packSummary(const GateSummary& summary, PackedSummary packed);
[[nodiscard]] GateSummary unpackSummary(ConstPackedSummary packed);
// The one at `index` of many that lie side by side.
[[nodiscard]] GateSummary unpackSummary(std::span<const std::byte> packed, std::size_t index);

// `packed` is replaced. Errors: OutOfMemory.
[[nodiscard]] Expected<void> packCodes(std::span<const std::uint8_t> codes, std::vector<std::byte>& packed);
// The first codes.size() of the packed codes. Never writes or allocates more than `capacity` values, whatever
// the bytes claim. Errors: FileDamaged if there are fewer than codes.size() or more than `capacity`.
[[nodiscard]] Expected<void> unpackCodes(std::span<const std::byte> packed, std::size_t capacity,
                                         std::span<std::uint8_t> codes);

} // namespace engine
