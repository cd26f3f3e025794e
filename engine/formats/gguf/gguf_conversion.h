// gguf_conversion.h: what the converters to GGUF did to an RWKV model's tensors, and back
// (docs/spec/formats.md section 3.3).
// Threads: pure functions.
#pragma once

#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_conversion.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

enum class GgufVersion { V6, V7 };

// What the file's key-values say, as far as the tensors depend on it. Sizes are above 0.
struct GgufModel {
    GgufVersion version = GgufVersion::V6;
    std::int64_t layers = 0;
    std::int64_t width = 0;
    std::int64_t headSize = 0; // divides width
    std::int64_t rescaleEvery =
        0; // v6: layer l's two outputs are stored divided by 2^(l / rescaleEvery); 0: they are not
};

// The first tensor, as the file would name it, that such a model must have and `names` (sorted) has not;
// empty if all are there.
[[nodiscard]] std::string missingTensor(const GgufModel& model, const std::vector<std::string_view>& names);

// Whether the model reads a tensor that the file names so.
[[nodiscard]] bool isOfModel(std::string_view name, const GgufModel& model);

// Adds `tensor` to the checkpoint as the official model has it. One that no rule is about is added as it
// stands.
// Errors: FileDamaged (a shape that no converter writes, a layer beyond the model's).
[[nodiscard]] Expected<void> addOfficialTensors(CheckpointBuilder& builder, const StoredTensor& tensor,
                                                const GgufModel& model);

} // namespace engine
