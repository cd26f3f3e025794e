// torch_objects.h: the storages and tensors that PyTorch describes in its pickles (docs/spec/formats.md
// section 1.2). Nothing is called: from the arguments of the file's calls only numbers and names are taken.
// Whether these fit the storages' bytes is not known here; torch_reader.cpp checks that.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/torch/pickle_value.h"

namespace engine {

// From the persistent id ('storage', torch.XStorage, key, location, elements). Errors: FileDamaged.
[[nodiscard]] Expected<TorchStorage> torchStorage(const PickleValue& persistentId);

// From the arguments of torch._utils._rebuild_tensor_v2. Errors: FileDamaged.
[[nodiscard]] Expected<TorchTensor> rebuiltTensor(const PickleTuple& arguments);

// Of a tensor from torch._utils._rebuild_tensor_v3, whose storage is of plain bytes: the number type that is
// given for them. Null if there is none.
[[nodiscard]] const PickleGlobal* numberTypeOf(const PickleTuple& arguments);

} // namespace engine
