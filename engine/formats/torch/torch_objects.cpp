#include "engine/formats/torch/torch_objects.h"

#include "engine/formats/tensors/tensor_shape.h"

#include <array>
#include <optional>
#include <string>

namespace engine {

namespace {

struct StorageClass {
    std::string_view name;
    DataType type;
};

constexpr std::array<StorageClass, 10> kStorageClasses = {{
    {"FloatStorage", DataType::Float32},
    {"HalfStorage", DataType::Float16},
    {"BFloat16Storage", DataType::BFloat16},
    {"DoubleStorage", DataType::Float64},
    {"LongStorage", DataType::Int64},
    {"IntStorage", DataType::Int32},
    {"ShortStorage", DataType::Int16},
    {"ByteStorage", DataType::UInt8},
    {"CharStorage", DataType::Int8},
    {"BoolStorage", DataType::Bool},
}};

template <class T> std::optional<T> valueAs(const PickleValue& value) {
    const T* const held = std::get_if<T>(&value);
    return held ? std::optional(*held) : std::nullopt;
}

// A tuple of few enough integers to be a shape or strides.
std::optional<std::vector<std::int64_t>> dimensions(const PickleValue& value) {
    const auto tuple = valueAs<const PickleTuple*>(value);
    if (!tuple || (*tuple)->items.size() > kMaxDimensions)
        return std::nullopt;
    std::vector<std::int64_t> numbers;
    for (const PickleValue& item : (*tuple)->items) {
        const auto number = valueAs<std::int64_t>(item);
        if (!number)
            return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

} // namespace

Expected<TorchStorage> torchStorage(const PickleValue& persistentId) {
    const auto id = valueAs<const PickleTuple*>(persistentId);
    if (!id || (*id)->items.size() != 5 || valueAs<std::string_view>((*id)->items[0]) != "storage")
        return failure(ErrorCode::FileDamaged, "expected a persistent id of a storage, found another");
    const auto storageClass = valueAs<const PickleGlobal*>((*id)->items[1]);
    const auto key = valueAs<std::string_view>((*id)->items[2]);
    const auto elements = valueAs<std::int64_t>((*id)->items[4]); // [3] is the device it was on
    if (!storageClass || !key || !elements)
        return failure(ErrorCode::FileDamaged,
                       "expected a storage's class, key and size, found something else");
    const auto& [module, name] = **storageClass;
    TorchStorage storage{std::nullopt, *storageClass, *key, *elements};
    if (module == "torch")
        for (const StorageClass& known : kStorageClasses)
            if (known.name == name)
                storage.type = known.type;
    return storage;
}

Expected<TorchTensor> rebuiltTensor(const PickleTuple& arguments) {
    // Behind these four stand requires_grad, hooks and, in later versions, metadata.
    if (arguments.items.size() < 4)
        return failure(ErrorCode::FileDamaged,
                       "expected a tensor's storage, offset, size and strides, found " +
                           std::to_string(arguments.items.size()) + " values");
    const auto storage = valueAs<const TorchStorage*>(arguments.items[0]);
    const auto offset = valueAs<std::int64_t>(arguments.items[1]);
    auto shape = dimensions(arguments.items[2]), strides = dimensions(arguments.items[3]);
    if (!storage || !offset || !shape || !strides || shape->size() != strides->size())
        return failure(ErrorCode::FileDamaged,
                       "expected a tensor's storage, offset, size and as many strides, of at most " +
                           std::to_string(kMaxDimensions) + " dimensions, found something else");
    return TorchTensor{*storage, *offset, std::move(*shape), std::move(*strides)};
}

const PickleGlobal* numberTypeOf(const PickleTuple& arguments) {
    constexpr std::size_t kNumberType = 6; // behind requires_grad and hooks
    return arguments.items.size() > kNumberType
               ? valueAs<const PickleGlobal*>(arguments.items[kNumberType]).value_or(nullptr)
               : nullptr;
}

} // namespace engine
