#include "engine/formats/safetensors/safetensors_types.h"

#include <array>

namespace engine {

namespace {

struct NamedType {
    std::string_view name;
    DataType type;
};

constexpr std::array<NamedType, 13> kTypes = {{
    {"F64", DataType::Float64},
    {"F32", DataType::Float32},
    {"F16", DataType::Float16},
    {"BF16", DataType::BFloat16},
    {"I64", DataType::Int64},
    {"I32", DataType::Int32},
    {"I16", DataType::Int16},
    {"I8", DataType::Int8},
    {"U64", DataType::UInt64},
    {"U32", DataType::UInt32},
    {"U16", DataType::UInt16},
    {"U8", DataType::UInt8},
    {"BOOL", DataType::Bool},
}};

constexpr std::array kBlockTypes = {DataType::Q4_0, DataType::Q4_1, DataType::Q5_0, DataType::Q5_1,
                                    DataType::Q8_0, DataType::Q4_K, DataType::Q5_K, DataType::Q6_K};

} // namespace

std::string blockTypeKey(std::string_view tensor) { return std::string(kBlockTypeKey).append(tensor); }

std::optional<DataType> blockTypeFromName(std::string_view typeName) {
    for (const DataType type : kBlockTypes)
        if (name(type) == typeName)
            return type;
    return std::nullopt;
}

std::optional<DataType> typeFromSafetensors(std::string_view dtype) {
    for (const NamedType& known : kTypes)
        if (known.name == dtype)
            return known.type;
    return std::nullopt;
}

std::optional<std::string_view> safetensorsName(DataType type) {
    for (const NamedType& known : kTypes)
        if (known.type == type)
            return known.name;
    return std::nullopt;
}

} // namespace engine
