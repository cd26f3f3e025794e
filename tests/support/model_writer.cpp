#include "tests/support/model_writer.h"

#include "engine/formats/safetensors/safetensors_writer.h"
#include "engine/model/loading/load_weights.h"
#include "engine/model/loading/tensor_source.h"

#include <array>

namespace support {

using namespace engine;

namespace {

// Passes a source's tensors on and keeps a copy.
class RecordingSource final : public TensorSource {
public:
    RecordingSource(TensorSource& source, FileTensors& tensors)
        : m_source(source)
        , m_tensors(tensors) {}

    Expected<LinearWeights> linear(const std::string& name, int outputs, int inputs,
                                   MatrixOrder order) override {
        // In the order of files, whatever the model wants.
        auto weights = m_source.linear(name, outputs, inputs, MatrixOrder::RowMajor);
        if (!weights || !keep(name, *weights, outputs, inputs))
            return weights;
        return m_source.linear(name, outputs, inputs, order);
    }
    Expected<LinearWeights> table(const std::string& name, int rows, int columns) override {
        auto weights = m_source.table(name, rows, columns);
        if (weights)
            keep(name, *weights, rows, columns);
        return weights;
    }
    Expected<AlignedBuffer<float>> values(const std::string& name,
                                          const std::vector<std::int64_t>& shape) override {
        auto read = m_source.values(name, shape);
        if (read)
            m_tensors[name] = {shape, {read->data(), read->data() + read->size()}};
        return read;
    }
    Expected<DataType> factorType(const std::string& name, std::span<const float> values) override {
        return m_source.factorType(name, values);
    }
    Expected<int> factorColumns(const std::string& name) override { return m_source.factorColumns(name); }

private:
    bool keep(const std::string& name, const LinearWeights& weights, int rows, int columns) {
        FileTensor& tensor = m_tensors[name];
        tensor.shape = {rows, columns};
        tensor.values.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
        const auto* bytes = static_cast<const std::byte*>(weights.matrix().data);
        return toFloat32(weights.type(), {bytes, weights.byteSize()}, tensor.values).has_value();
    }

    TensorSource& m_source;
    FileTensors& m_tensors;
};

} // namespace

FileTensors randomTensors(const ModelConfig& config, std::uint64_t seed) {
    FileTensors tensors;
    const auto random = randomSource(config, WeightType::Float32, seed);
    RecordingSource source(*random, tensors);
    if (!loadWeights(config, source) || !loadEnhancements(config, source))
        tensors.clear();
    return tensors;
}

bool writeTensors(const FileTensors& tensors, const std::map<std::string, std::string>& metadata,
                  const std::filesystem::path& path, DataType type) {
    SafetensorsWriter writer;
    for (const auto& [name, tensor] : tensors)
        if (!writer.addFloat32(name, tensor.type.value_or(type), tensor.shape, tensor.values))
            return false;
    for (const auto& [key, value] : metadata)
        writer.setMetadata(key, value);
    return writer.write(path).has_value();
}

std::map<std::string, std::string> enhancementMetadata(const EnhancementConfig& config) {
    if (config.variant == EnhancementConfig::Variant::None)
        return {};
    return {{"inkgate.enhancement", toJson(config)}};
}

std::vector<EnhancementConfig> allEnhancements() {
    using Variant = EnhancementConfig::Variant;
    EnhancementConfig adaptive;
    adaptive.variant = Variant::Adaptive;
    EnhancementConfig mlp = adaptive;
    mlp.shift = EnhancementConfig::Shift::Mlp;
    mlp.rank = 12;
    EnhancementConfig withoutNorm = adaptive;
    withoutNorm.layerNorm = false;
    EnhancementConfig fixed = adaptive;
    fixed.gate = EnhancementConfig::Gate::Fixed;
    EnhancementConfig routing;
    routing.variant = Variant::ConvRouting;
    routing.rank = 20;
    routing.kernel = 4;
    EnhancementConfig routingWithoutNorm = routing;
    routingWithoutNorm.layerNorm = false;
    routingWithoutNorm.kernel = 3;
    EnhancementConfig embedding = routing;
    embedding.routesEmbedding = true;
    EnhancementConfig all = embedding;
    useScales(all);
    EnhancementConfig rows = embedding;
    rows.routesRows = true;
    EnhancementConfig scales = routing;
    scales.scales = 2;
    scales.decays = {0.5f, 0.96f};
    EnhancementConfig sources;
    sources.variant = Variant::SourceGates;
    sources.rank = 20;
    sources.sources = usualSources();
    EnhancementConfig fewSources = sources;
    fewSources.layerNorm = false;
    fewSources.sources = *sourcesNamed(std::array<std::string, 3>{"x0-1", "mean:0.96", "h-3"});
    return {{},     adaptive,  mlp,     withoutNorm, fixed, routing, routingWithoutNorm,
            scales, embedding, sources, fewSources,  rows,  all};
}

ModelConfig smallConfig(Architecture architecture, const EnhancementConfig& enhancement) {
    ModelConfig config;
    config.architecture = architecture;
    config.layers = 3;
    config.width = 128;
    config.heads = 2;
    config.headSize = 64;
    config.feedForward = 224;
    config.vocabulary = 96;
    config.enhancement = enhancement;
    return config;
}

} // namespace support
