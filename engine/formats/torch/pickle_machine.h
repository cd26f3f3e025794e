// pickle_machine.h: reads the pickle of a PyTorch file without running anything (docs/spec/formats.md section
// 1.2). A pickle is a program for a stack machine that can name and call any function there is. This machine
// moves values as the operations say and imitates the few functions that tensors are made with:
// collections.OrderedDict and those of torch_objects.h. Every other call leaves a PickleObject with the
// function's name in place of what it would have made, so that a trainer's notes beside the tensors hold
// nobody up and do nothing either.
// Time and memory are linear in the pickle and bounded (a million values, 64 MiB), whatever it contains.
// Threads: a pure function.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/torch/pickle_value.h"

#include <cstddef>
#include <span>

namespace engine {

struct Pickle {
    PickleObjects objects;
    PickleValue root; // points into `objects`
};

// `program` has to outlive the result. Errors: FileDamaged, UnsupportedFormat (an unknown operation or
// protocol). Messages say at which byte, but not of which file.
[[nodiscard]] Expected<Pickle> readPickle(std::span<const std::byte> program);

} // namespace engine
