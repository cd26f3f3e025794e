// voice_file.h: the gate file that a fit writes.
// Source:  docs/spec/enhanced-rwkv.md sections 5 and 11: the enhancement's tensors, and as metadata
//          `inkgate.enhancement`, `inkgate.base_fingerprint`, and `inkgate.fit`: JSON with the tokens seen,
//          the loss on the held-out text before and after, its size, the seed.
// Threads: pure function.
#pragma once

#include "engine/core/error.h"
#include "engine/training/parameters/parameter_layout.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace engine {

struct VoiceRecord {
    std::string baseFingerprint;          // Checkpoint::fingerprint()
    std::int64_t tokens = 0;              // seen, passes counted
    double lossBefore = 0, lossAfter = 0; // nats per token of the held-out text
    std::int64_t heldOutTokens = 0, heldOutBytes = 0;
    std::uint64_t seed = 0;
};

// `parameters` [layout.trainedSize()]. Errors: WriteFailed.
[[nodiscard]] Expected<void> saveVoice(const std::filesystem::path& path, const ParameterLayout& layout,
                                       std::span<const float> parameters, const VoiceRecord& record);

} // namespace engine
