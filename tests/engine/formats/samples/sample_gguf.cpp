#include "tests/engine/formats/samples/sample_gguf.h"

#include "tests/engine/formats/samples/sample_values.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace samples {

namespace {

using engine::DataType;

void appendText(Bytes& bytes, std::string_view text) {
    appendValue(bytes, std::uint64_t{text.size()});
    append(bytes, std::span(text));
}

// From official names to those of the format, within a block.
const std::map<std::string, std::string, std::less<>>& namesInBlock(Version version) {
    static const std::map<std::string, std::string, std::less<>> kV6 = {
        {"att.time_maa_x", "time_mix_lerp_x.weight"},      {"att.time_maa_w", "time_mix_lerp_w.weight"},
        {"att.time_maa_k", "time_mix_lerp_k.weight"},      {"att.time_maa_v", "time_mix_lerp_v.weight"},
        {"att.time_maa_r", "time_mix_lerp_r.weight"},      {"att.time_maa_g", "time_mix_lerp_g.weight"},
        {"att.time_maa_w1", "time_mix_w1.weight"},         {"att.time_maa_w2", "time_mix_w2.weight"},
        {"att.time_decay", "time_mix_decay.weight"},       {"att.time_decay_w1", "time_mix_decay_w1.weight"},
        {"att.time_decay_w2", "time_mix_decay_w2.weight"}, {"att.time_faaaa", "time_mix_first.weight"},
        {"ffn.time_maa_k", "channel_mix_lerp_k.weight"},   {"ffn.time_maa_r", "channel_mix_lerp_r.weight"},
    };
    static const std::map<std::string, std::string, std::less<>> kV7 = {
        {"ffn.x_k", "channel_mix_lerp_k.weight"}};
    return version == Version::V6 ? kV6 : kV7;
}

std::string nameInFile(std::string_view official, Version version) {
    static const std::map<std::string, std::string, std::less<>> kOfModel = {
        {"emb.weight", "token_embd.weight"},
        {"head.weight", "output.weight"},
        {"ln_out.weight", "output_norm.weight"},
        {"ln_out.bias", "output_norm.bias"},
        {"blocks.0.ln0.weight", "token_embd_norm.weight"},
        {"blocks.0.ln0.bias", "token_embd_norm.bias"},
    };
    if (const auto found = kOfModel.find(official); found != kOfModel.end())
        return found->second;
    const std::size_t dot = official.find('.', 7);
    const std::string block = "blk." + std::string(official.substr(7, dot - 7)) + ".";
    const std::string_view rest = official.substr(dot + 1);
    const auto& names = namesInBlock(version);
    if (const auto found = names.find(rest); found != names.end())
        return block + found->second;
    for (const auto& [part, stored] :
         {std::pair{"ln1.", "attn_norm."}, {"ln2.", "attn_norm_2."}, {"att.ln_x.", "time_mix_ln."}})
        if (rest.starts_with(part))
            return block + stored + std::string(rest.substr(std::string_view(part).size()));
    const std::string half = rest.starts_with("att.") ? "time_mix_" : "channel_mix_";
    const std::string name(rest.substr(4));
    return block + half + name + (name.ends_with(".weight") ? "" : ".weight");
}

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// One model on its way into a file.
class Converter {
public:
    Converter(GgufWriter& writer, Version version, const Sizes& sizes, const GgufOptions& options)
        : m_writer(writer)
        , m_version(version)
        , m_sizes(sizes)
        , m_options(options) {}

    void add(const Tensor& official) {
        const std::string name = nameInFile(official.name, m_version);
        const std::size_t dot = official.name.starts_with("blocks.") ? official.name.find('.', 7) : 6;
        const std::string_view inBlock = std::string_view(official.name).substr(dot + 1);
        const bool isMix = m_version == Version::V6
                               ? isOneOf(inBlock, {"att.time_maa_w", "att.time_maa_k", "att.time_maa_v",
                                                   "att.time_maa_r", "att.time_maa_g"})
                               : inBlock.starts_with("att.x_");
        if (isMix && (m_options.hasFusedMixes || m_version == Version::V7)) {
            addMix(official, name);
        } else if (inBlock == "att.time_maa_w2") {
            const auto R = static_cast<std::uint64_t>(official.shape[1]), C = width();
            put(name, factorType(), {R, C, 5}, transposed(official).values);
        } else if (isOneOf(inBlock, {"att.time_maa_w1", "att.time_decay_w1", "att.time_decay_w2", "att.w1",
                                     "att.w2", "att.a1", "att.a2", "att.v1", "att.v2", "att.g1", "att.g2"})) {
            const auto rows = static_cast<std::uint64_t>(official.shape[0]),
                       columns = static_cast<std::uint64_t>(official.shape[1]);
            put(name, factorType(), {rows, columns}, transposed(official).values);
        } else if (inBlock == "att.time_faaaa") {
            put(name, DataType::Float32,
                {static_cast<std::uint64_t>(m_sizes.headSize), static_cast<std::uint64_t>(m_sizes.heads)},
                official.values);
        } else if (official.shape.size() == 2 && inBlock != "att.r_k") {
            addMatrix(official, name, inBlock);
        } else if (official.shape.size() == 3 && !m_options.hasFlatVectors) {
            put(name, DataType::Float32, {width(), 1, 1}, official.values);
        } else {
            put(name, DataType::Float32, {width()}, official.values);
        }
        // The converter's copies of what the first block of RWKV-7 has not.
        if (m_version == Version::V7 &&
            isOneOf(official.name, {"blocks.0.att.a0", "blocks.0.att.a1", "blocks.0.att.a2"})) {
            Tensor copy = official;
            copy.name[copy.name.size() - 2] = 'v';
            add(copy);
        }
    }

private:
    [[nodiscard]] std::uint64_t width() const { return static_cast<std::uint64_t>(m_sizes.width()); }
    [[nodiscard]] DataType factorType() const {
        return m_options.areFactorsQuantised ? m_options.type : DataType::Float32;
    }

    void put(const std::string& name, DataType type, const std::vector<std::uint64_t>& sizes,
             std::span<const float> values, float scale = 1.0f / 64) {
        m_writer.addTensor(name, ggufCode(type), sizes, encode(type, values, scale));
    }

    void addMatrix(const Tensor& official, const std::string& name, std::string_view inBlock) {
        std::vector<float> values = official.values;
        float scale = 1.0f / 64;
        if (m_options.rescaleEvery > 0 && isOneOf(inBlock, {"att.output.weight", "ffn.value.weight"})) {
            const auto layer = static_cast<std::uint32_t>(std::stoul(official.name.substr(7)));
            const auto divisor = static_cast<float>(1u << layer / m_options.rescaleEvery);
            scale /= divisor;
            for (float& value : values)
                value /= divisor;
        }
        put(name, m_options.type,
            {static_cast<std::uint64_t>(official.shape[1]), static_cast<std::uint64_t>(official.shape[0])},
            values, scale);
    }

    // Collects a block's mixes; the last one completes them. RWKV-6 has them in another order than the sample
    // models.
    void addMix(const Tensor& official, const std::string& name) {
        m_mixes[official.name.back()] = official.values;
        const std::string_view order = m_version == Version::V6 ? "wkvrg" : "rwkvag";
        if (m_mixes.size() < order.size())
            return;
        std::vector<float> all;
        for (const char use : order) {
            const std::vector<float>& values = m_mixes.at(use);
            all.insert(all.end(), values.begin(), values.end());
        }
        m_mixes.clear();
        const std::uint64_t count = order.size();
        const auto sizes = m_options.hasFlatVectors
                               ? std::vector{width(), count}
                               : std::vector{width(), std::uint64_t{1}, std::uint64_t{1}, count};
        put(name.substr(0, name.find("time_mix_")) + "time_mix_lerp_fused.weight", DataType::Float32, sizes,
            all);
    }

    GgufWriter& m_writer;
    Version m_version;
    Sizes m_sizes;
    GgufOptions m_options;
    std::map<char, std::vector<float>> m_mixes;
};

} // namespace

std::uint32_t ggufCode(DataType type) {
    switch (type) {
    case DataType::Float32: return 0;
    case DataType::Float16: return 1;
    case DataType::Q4_0: return 2;
    case DataType::Q4_1: return 3;
    case DataType::Q5_0: return 6;
    case DataType::Q5_1: return 7;
    case DataType::Q8_0: return 8;
    case DataType::Q4_K: return 12;
    case DataType::Q5_K: return 13;
    case DataType::Q6_K: return 14;
    case DataType::BFloat16: return 30;
    default: throw std::logic_error("not a type of GGUF weights");
    }
}

void GgufWriter::addValue(std::string_view key, std::uint32_t type, const Bytes& value) {
    appendText(m_values, key);
    appendValue(m_values, type);
    appendBytes(m_values, value);
    ++m_valueCount;
}

void GgufWriter::addText(std::string_view key, std::string_view text) {
    Bytes value;
    appendText(value, text);
    addValue(key, 8, value);
}

void GgufWriter::addNumber(std::string_view key, std::uint32_t number) {
    Bytes value;
    appendValue(value, number);
    addValue(key, 4, value);
}

void GgufWriter::addFloat(std::string_view key, float number) {
    Bytes value;
    appendValue(value, number);
    addValue(key, 6, value);
}

void GgufWriter::addTexts(std::string_view key, const std::vector<std::string>& texts) {
    Bytes value;
    appendValue(value, std::uint32_t{8});
    appendValue(value, std::uint64_t{texts.size()});
    for (const std::string& text : texts)
        appendText(value, text);
    addValue(key, 9, value);
}

void GgufWriter::addIntegers(std::string_view key, const std::vector<std::int32_t>& integers) {
    Bytes value;
    appendValue(value, std::uint32_t{5});
    appendValue(value, std::uint64_t{integers.size()});
    append(value, std::span<const std::int32_t>(integers));
    addValue(key, 9, value);
}

void GgufWriter::addTensor(std::string_view name, std::uint32_t type, const std::vector<std::uint64_t>& sizes,
                           const Bytes& values) {
    m_data.resize((m_data.size() + alignment - 1) / alignment * alignment);
    addTensorAt(name, type, sizes, m_data.size());
    appendBytes(m_data, values);
}

void GgufWriter::addTensorAt(std::string_view name, std::uint32_t type,
                             const std::vector<std::uint64_t>& sizes, std::uint64_t offset) {
    appendText(m_tensors, name);
    appendValue(m_tensors, static_cast<std::uint32_t>(sizes.size()));
    append(m_tensors, std::span<const std::uint64_t>(sizes));
    appendValue(m_tensors, type);
    appendValue(m_tensors, offset);
    ++m_tensorCount;
}

Bytes GgufWriter::finish(std::uint64_t extraValues, std::uint64_t extraTensors) const {
    Bytes file;
    append(file, std::span(std::string_view("GGUF")));
    appendValue(file, m_version);
    appendValue(file, m_tensorCount + extraTensors);
    appendValue(file, m_valueCount + extraValues);
    appendBytes(file, m_values);
    appendBytes(file, m_tensors);
    if (!m_data.empty())
        file.resize((file.size() + alignment - 1) / alignment * alignment);
    appendBytes(file, m_data);
    return file;
}

void addModelKeys(GgufWriter& writer, Version version, const Sizes& sizes, const GgufOptions& options) {
    const std::string architecture = version == Version::V6 ? "rwkv6" : "rwkv7";
    writer.addText("general.architecture", architecture);
    const auto number = [&](const char* key, std::int64_t value) {
        writer.addNumber(architecture + key, static_cast<std::uint32_t>(value));
    };
    number(".block_count", sizes.layers);
    number(".embedding_length", sizes.width());
    number(".feed_forward_length", sizes.feedForward);
    number(".wkv.head_size", sizes.headSize);
    writer.addFloat(architecture + ".attention.layer_norm_epsilon", 1e-5f);
    if (version == Version::V6)
        number(".rescale_every_n_layers", options.rescaleEvery);
}

void addModel(GgufWriter& writer, const std::vector<Tensor>& official, Version version, const Sizes& sizes,
              const GgufOptions& options) {
    addModelKeys(writer, version, sizes, options);
    Converter converter(writer, version, sizes, options);
    for (const Tensor& tensor : official)
        converter.add(tensor);
}

GgufWriter ggufWriter(const std::vector<Tensor>& official, Version version, const Sizes& sizes,
                      const GgufOptions& options) {
    GgufWriter writer(options.version);
    addModel(writer, official, version, sizes, options);
    return writer;
}

Bytes gguf(const std::vector<Tensor>& official, Version version, const Sizes& sizes,
           const GgufOptions& options) {
    return ggufWriter(official, version, sizes, options).finish();
}

Bytes arrayHead(std::uint32_t type, std::uint64_t count) {
    Bytes head;
    appendValue(head, type);
    appendValue(head, count);
    return head;
}

Bytes nestedArrays(int depth) {
    Bytes bytes;
    for (int i = 0; i < depth; ++i)
        appendBytes(bytes, arrayHead(9, 1));
    appendBytes(bytes, arrayHead(4, 0));
    return bytes;
}

} // namespace samples
