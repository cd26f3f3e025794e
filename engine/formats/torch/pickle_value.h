// pickle_value.h: what a model file's pickle is made of, as far as tensors need it.
// Containers live in PickleObjects and values point there, so a container may hold itself: nothing is
// counted, freed or walked recursively. Texts stay in the pickle's bytes, which outlive all of this.
// Threads: values; nothing shared.
#pragma once

#include "engine/core/data_type.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace engine {

struct PickleOpaque {
};                    // None, a truth value, a float, a huge integer, bytes: nothing that a tensor is made of
struct PickleList {}; // or a set; what it holds is dropped, for the same reason
struct PickleTuple;
struct PickleDict;
struct PickleGlobal;
struct TorchStorage;
struct TorchTensor;

// What a call of something other than PyTorch's own functions for tensors would have made. Nothing was
// called: the name of the class or function is all there is of it.
struct PickleObject {
    const PickleGlobal* maker = nullptr; // never null in a value
};

using PickleValue =
    std::variant<PickleOpaque, PickleList, std::int64_t, std::string_view, const PickleTuple*, PickleDict*,
                 const PickleGlobal*, const TorchStorage*, const TorchTensor*, PickleObject>;

struct PickleTuple {
    std::vector<PickleValue> items;
};

// A dict or OrderedDict, in the file's order. Entries whose key is no text are dropped, and a key may come
// twice.
struct PickleDict {
    std::vector<std::pair<std::string_view, PickleValue>> entries;
};

// A class or function by name: "torch._utils", "_rebuild_tensor_v2". Only ever compared, never loaded.
struct PickleGlobal {
    std::string_view module, name;
};

// Values of one type in a member of the archive. All numbers as the file claims them.
struct TorchStorage {
    std::optional<DataType> type;       // absent if it is one that we do not read,
    const PickleGlobal* name = nullptr; // which the file calls by this class or number type
    std::string_view key;               // of the member <root>/data/<key>
    std::int64_t elements = 0;
};

// A view of a storage; offset and strides count elements. All numbers as the file claims them.
struct TorchTensor {
    const TorchStorage* storage = nullptr; // never null in a value
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape, strides; // equally many
};

struct PickleObjects {
    std::deque<PickleTuple> tuples;
    std::deque<PickleDict> dicts;
    std::deque<PickleGlobal> globals;
    std::deque<TorchStorage> storages;
    std::deque<TorchTensor> tensors;
};

} // namespace engine
