// model_check.h: whether a model can be loaded, from what its files say of their tensors and before any value
// is read. It asks for the very tensors that loading asks for (load_weights.h), so it cannot be of another
// opinion. Readers refuse what they do not know: a new architecture keeps the tensors of the old one and adds
// some, and run as the old one it would give quiet nonsense. So a tensor inside a block that nobody reads is
// an error; one outside is unused.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/config.h"

#include <string>
#include <vector>

namespace engine {

struct CheckedModel {
    ModelConfig config;
    std::vector<std::string>
        unused; // the checkpoint's names of tensors and unread entries that the model has no use for, sorted
};

// A complete model. Errors: those of ModelConfig::detect(); UnsupportedArchitecture (a tensor inside a block,
// or of an enhancement, that is none of this model's; named), FileDamaged (one is missing), ShapeMismatch,
// UnsupportedType, OutOfMemory.
[[nodiscard]] Expected<CheckedModel> checkModel(const Checkpoint& checkpoint);

// Of a model whose enhancement, which `config` describes, is in a file of its own. Errors: as above.
[[nodiscard]] Expected<void> checkTensors(const ModelConfig& config, const Checkpoint& base,
                                          const Checkpoint& enhancement);

} // namespace engine
