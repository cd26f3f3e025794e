// small_models.h: a byte-level base model and a gated one in a folder, small enough to load in milliseconds.
#pragma once

#include "app/generation/generation_options.h"

#include <QString>

namespace app {

// Writes base.safetensors, gated.safetensors (a complete model) and gate.safetensors (a gate alone). False if
// that fails.
[[nodiscard]] bool writeSmallModels(const QString& folder);
// hybrid.safetensors: RWKV-X with 2 sparse blocks and 3 chunks of 16 tokens.
[[nodiscard]] bool writeSmallHybrid(const QString& folder);
[[nodiscard]] ModelChoice smallHybrid(const QString& folder);
[[nodiscard]] ModelChoice smallBase(const QString& folder);
[[nodiscard]] ModelChoice smallGated(const QString& folder);
[[nodiscard]] ModelChoice smallBaseWithGate(const QString& folder);

} // namespace app
