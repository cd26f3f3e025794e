#include "tests/engine/formats/samples/sample_rwkv_cpp.h"

#include "tests/engine/formats/samples/sample_values.h"

#include <algorithm>
#include <cmath>

namespace samples {

namespace {

std::string_view inBlock(const std::string& name) {
    return std::string_view(name).substr(name.starts_with("blocks.") ? name.find('.', 7) + 1 : 0);
}

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool isFactorOfV7(std::string_view name) {
    return isOneOf(name, {"att.w1", "att.w2", "att.a1", "att.a2", "att.v1", "att.v2", "att.g1", "att.g2"});
}

// The converter's changes; the shape stays row-major here.
void convert(Tensor& t, Version version, const Sizes& sizes) {
    const std::string_view name = inBlock(t.name);
    if (isOneOf(name, {"att.time_decay", "att.time_faaaa"})) {
        t.shape = {sizes.heads, sizes.headSize, 1};
        if (version == Version::V5_2 && name == "att.time_decay")
            for (float& value : t.values)
                value = std::exp(-std::exp(value));
    } else if (isFactorOfV7(name) || isOneOf(name, {"att.time_maa_w1", "att.time_maa_w2", "att.time_decay_w1",
                                                    "att.time_decay_w2"})) {
        t = transposed(t);
    } else if (version != Version::V7 && t.shape.size() == 3) {
        t.shape = {t.shape[2]}; // time_mix_*, time_maa_*
    }
}

std::vector<Tensor> converted(const std::vector<Tensor>& official, Version version, const Sizes& sizes) {
    std::vector<Tensor> result;
    for (const Tensor& tensor : official) {
        const std::string_view name = inBlock(tensor.name);
        if (isOneOf(name, {"att.x_w", "att.x_k", "att.x_v", "att.x_a", "att.x_g"})) {
            Tensor& stack = result.back(); // they follow x_r in this order
            stack.values.insert(stack.values.end(), tensor.values.begin(), tensor.values.end());
            ++stack.shape[0];
            continue;
        }
        Tensor& added = result.emplace_back(tensor);
        if (name == "att.x_r")
            added.name.replace(added.name.size() - 1, 1, "rwkvag"); // [1,1,C], growing to [6,1,C]
        else
            convert(added, version, sizes);
    }
    return result;
}

// The files' rules for who gets the file's type.
RwkvCppType typeOf(const Tensor& t, RwkvCppType fileType) {
    const std::string_view name = inBlock(t.name);
    const bool isVector = std::count_if(t.shape.begin(), t.shape.end(), [](auto d) { return d != 1; }) < 2 ||
                          isOneOf(name, {"att.x_rwkvag", "att.r_k", "att.time_decay", "att.time_faaaa"});
    if (isVector || fileType == RwkvCppType::F32)
        return RwkvCppType::F32;
    if (fileType == RwkvCppType::F16)
        return RwkvCppType::F16;
    if (t.shape.size() != 2 || isOneOf(name, {"emb.weight", "head.weight"}) || isFactorOfV7(name))
        return RwkvCppType::F16;
    return fileType;
}

engine::DataType dataType(RwkvCppType type) {
    switch (type) {
    case RwkvCppType::F32: return engine::DataType::Float32;
    case RwkvCppType::F16: return engine::DataType::Float16;
    case RwkvCppType::Q4_0: return engine::DataType::Q4_0;
    case RwkvCppType::Q4_1: return engine::DataType::Q4_1;
    case RwkvCppType::Q5_0: return engine::DataType::Q5_0;
    case RwkvCppType::Q5_1: return engine::DataType::Q5_1;
    case RwkvCppType::Q8_0: return engine::DataType::Q8_0;
    }
    return engine::DataType::Float32;
}

} // namespace

Bytes rwkvCppHeader(std::int32_t version, std::int32_t vocabulary, std::int32_t width, std::int32_t layers,
                    std::int32_t type) {
    Bytes bytes;
    for (const std::int32_t number : {0x67676d66, version, vocabulary, width, layers, type})
        appendValue(bytes, number);
    return bytes;
}

void appendRwkvCppTensor(Bytes& file, std::string_view name, std::int32_t type,
                         const std::vector<std::int32_t>& sizes, std::span<const std::byte> values) {
    appendValue(file, static_cast<std::int32_t>(sizes.size()));
    appendValue(file, static_cast<std::int32_t>(name.size()));
    appendValue(file, type);
    append(file, std::span<const std::int32_t>(sizes));
    append(file, std::span(name));
    append(file, values);
}

RwkvCppSample rwkvCpp(const std::vector<Tensor>& official, Version version, const Sizes& sizes,
                      const RwkvCppOptions& options) {
    RwkvCppSample sample;
    sample.bytes =
        rwkvCppHeader(options.formatVersion, static_cast<std::int32_t>(sizes.vocabulary),
                      static_cast<std::int32_t>(sizes.width()), static_cast<std::int32_t>(sizes.layers),
                      static_cast<std::int32_t>(options.type));
    for (const Tensor& tensor : converted(official, version, sizes)) {
        sample.tensorStarts.push_back(sample.bytes.size());
        const RwkvCppType type = typeOf(tensor, options.type);
        const std::vector<std::int32_t> reversed(tensor.shape.rbegin(), tensor.shape.rend());
        appendRwkvCppTensor(sample.bytes, tensor.name, static_cast<std::int32_t>(type), reversed,
                            encode(dataType(type), tensor.values));
    }
    return sample;
}

} // namespace samples
