// torch_contents.h: where in a PyTorch file's values the model is, and what else is there.
// Trainers save a dict of many things, of which one is the dict with the model's tensors.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/torch/pickle_value.h"

#include <string_view>
#include <utility>
#include <vector>

namespace engine {

struct TorchContents {
    using NamedTensor = std::pair<std::string_view, const TorchTensor*>;
    using NamedObject = std::pair<std::string_view, const PickleGlobal*>; // and what would have made it

    std::vector<NamedTensor> tensors; // of the model's dict, sorted by name; a name may come twice
    std::vector<NamedObject> objects; // in that dict and beside it, sorted by name, each name once
};

// The root itself, or the dict inside that holds an embedding: the one under a name that trainers use, else
// the only one. Messages name no file. Errors: FileDamaged (a tensor's name is none), UnsupportedFormat (an
// object in place of the root, no tensors by name, several models, files that ChatRWKV has converted).
[[nodiscard]] Expected<TorchContents> torchContents(const PickleValue& root);

} // namespace engine
