// state_file.h: a sequence's state as bytes, to be kept in a file or a project and restored later.
// Layout, little-endian, version 1:
//   "IkSt" | u32 version | u32 precision (0 float32, 1 float16) | u64 tokens read | u64 values of the state
//   u64 logits | u32 length of the fingerprint, its bytes | a zstd frame: the state's values, then the logits
// State values lie as in state.h. float32 restores exactly; float16 takes half the room and rounds the state
// (values beyond its range become its largest). Logits are float32 always.
// The fingerprint is the model's: a state means nothing to any other. Throwing such bytes away loses nothing
// but time.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/model/config.h"
#include "engine/runtime/state/state.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace engine {

enum class StatePrecision { Float32 = 0, Float16 = 1 }; // stored: numbers are fixed

struct StoredState {
    State state;
    std::vector<float> logits; // that followed; empty if they were not known
};

// What the pages of RWKV-X may take in a saved state, unpacked: a project is not to grow by more than this.
inline constexpr std::size_t kMostPageBytes = std::size_t{64} << 20;

// Errors: OutOfMemory (also: more pages than that), Internal (zstd).
[[nodiscard]] Expected<std::vector<std::byte>> writeState(const State& state, std::span<const float> logits,
                                                          std::string_view fingerprint,
                                                          StatePrecision precision);

// Errors: FileDamaged, UnsupportedFormat (no state, or of a newer version), GateMismatch (another model's),
//         OutOfMemory.
[[nodiscard]] Expected<StoredState> readState(std::span<const std::byte> bytes, const ModelConfig& config,
                                              std::string_view fingerprint);

} // namespace engine
