#include "engine/formats/rwkv_cpp/rwkv_cpp_conversion.h"

#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace engine {

namespace {

enum class Change {
    Transposed,    // the last two dimensions swapped
    HeadRows,      // [H,N] stored as [H,N,1]
    Vector,        // [1,1,C] stored as [H,N,1]
    Exponentiated, // decayLogit stored as decay, exp(-exp(decayLogit)), and [H,N] as [H,N,1]
    StackedMixes,  // x_r, x_w, x_k, x_v, x_a, x_g stored as one [6,1,C]
};

struct Rule {
    RwkvCppVersion version;
    std::string_view name;
    std::size_t dimensions; // in the file
    Change change;
};

constexpr std::array<Rule, 17> kRules = {{
    {RwkvCppVersion::V5_2, "att.time_decay", 3, Change::Exponentiated},
    {RwkvCppVersion::V5_2, "att.time_faaaa", 3, Change::HeadRows},
    {RwkvCppVersion::V6, "att.time_decay", 3, Change::Vector},
    {RwkvCppVersion::V6, "att.time_faaaa", 3, Change::HeadRows},
    {RwkvCppVersion::V6, "att.time_maa_w1", 2, Change::Transposed},
    {RwkvCppVersion::V6, "att.time_maa_w2", 3, Change::Transposed},
    {RwkvCppVersion::V6, "att.time_decay_w1", 2, Change::Transposed},
    {RwkvCppVersion::V6, "att.time_decay_w2", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.x_rwkvag", 3, Change::StackedMixes},
    {RwkvCppVersion::V7, "att.w1", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.w2", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.a1", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.a2", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.v1", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.v2", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.g1", 2, Change::Transposed},
    {RwkvCppVersion::V7, "att.g2", 2, Change::Transposed},
}};

const Rule* ruleFor(std::string_view name, RwkvCppVersion version) {
    const auto rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& r) {
        return r.version == version && r.name == nameInBlock(name);
    });
    return rule != kRules.end() ? &*rule : nullptr;
}

// The inverse of exp(-exp(x)). The ends, 1 and 0, come from rounding; the values chosen for them are finite
// and give 1 and 0 again in float32.
float decayLogitOf(float decay) {
    constexpr double kSlowest = 0x1p-26, kFastest = 128;
    return static_cast<float>(
        std::log(std::clamp(-std::log(static_cast<double>(decay)), kSlowest, kFastest)));
}

Expected<void> addDecayLogits(CheckpointBuilder& builder, const StoredTensor& tensor) {
    Expected<AlignedBuffer<std::byte>> bytes = unpackFloat32(builder, tensor);
    if (!bytes)
        return failure(bytes.error());
    const std::span<float> values(reinterpret_cast<float*>(bytes->data()), bytes->size() / sizeof(float));
    for (float& value : values) {
        if (!(value >= 0 && value <= 1))
            return builder.failed(ErrorCode::FileDamaged, tensor.name,
                                  "expected decays from 0 to 1, found " + std::to_string(value));
        value = decayLogitOf(value);
    }
    return builder.addOwned(tensor.name, DataType::Float32, {tensor.shape[0], tensor.shape[1]},
                            std::move(*bytes));
}

Expected<void> addMixes(CheckpointBuilder& builder, const StoredTensor& tensor) {
    constexpr std::string_view kOrder = "rwkvag";
    const std::string stem = tensor.name.substr(0, tensor.name.size() - kOrder.size());
    std::vector<std::string> names;
    for (const char use : kOrder)
        names.push_back(stem + use);
    return addParts(builder, tensor, names, tensor.shape.back());
}

// What the shape of a changed tensor has to be, beyond its number of dimensions; empty if it is that.
std::string expectedShape(const Rule& rule, const std::vector<std::int64_t>& shape) {
    if (shape.size() != rule.dimensions)
        return std::to_string(rule.dimensions) + " dimensions";
    if (rule.change == Change::StackedMixes)
        return shape[0] == 6 && shape[1] == 1 ? "" : "[6,1,C]";
    if (rule.change != Change::Transposed && shape.back() != 1)
        return "[H,N,1]";
    return "";
}

} // namespace

std::string_view nameInBlock(std::string_view name) {
    constexpr std::string_view kBlocks = "blocks.";
    if (!name.starts_with(kBlocks))
        return name;
    const std::size_t dot = name.find('.', kBlocks.size());
    return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

Expected<void> addOfficialTensors(CheckpointBuilder& builder, const StoredTensor& tensor,
                                  RwkvCppVersion version) {
    const Rule* rule = ruleFor(tensor.name, version);
    if (!rule)
        return builder.addStored(tensor.name, tensor.type, tensor.shape, tensor.bytes);
    if (const std::string expected = expectedShape(*rule, tensor.shape); !expected.empty())
        return builder.failed(ErrorCode::FileDamaged, tensor.name,
                              "expected " + expected + ", found " + shapeText(tensor.shape));
    const std::int64_t heads = tensor.shape[0];
    const std::int64_t headSize = tensor.shape[1];
    switch (rule->change) {
    case Change::Transposed: return addTransposed(builder, tensor);
    case Change::HeadRows:
        return builder.addStored(tensor.name, tensor.type, {heads, headSize}, tensor.bytes);
    case Change::Vector:
        return builder.addStored(tensor.name, tensor.type, {1, 1, heads * headSize}, tensor.bytes);
    case Change::Exponentiated: return addDecayLogits(builder, tensor);
    case Change::StackedMixes: return addMixes(builder, tensor);
    }
    return {};
}

} // namespace engine
