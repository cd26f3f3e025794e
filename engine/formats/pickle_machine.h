// pickle_machine.h: reads the pickle of a PyTorch file without running anything (spec/formats.md section 1.2).
// A pickle is a program for a stack machine that can name and call any function there is. This machine knows the operations
// that tensors need and the three callables collections.OrderedDict, torch._utils._rebuild_tensor_v2 and _rebuild_parameter,
// which it imitates; all else ends it with an error that says what was met.
// Time and memory are linear in the pickle and bounded (a million values, 64 MiB), whatever it contains.
// Threads: a pure function.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/pickle_value.h"

#include <cstddef>
#include <span>

namespace engine {

struct Pickle {
    PickleObjects objects;
    PickleValue root; // points into `objects`
};

// `program` has to outlive the result. Errors: FileDamaged, UnsupportedFormat (an operation or callable outside the list),
// UnsupportedType (a storage of values that we do not read). Messages say at which byte, but not of which file.
[[nodiscard]] Expected<Pickle> readPickle(std::span<const std::byte> program);

} // namespace engine
