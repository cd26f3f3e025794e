#include "engine/model/model.h"

#include "engine/model/loading/enhancement_tensors.h"
#include "engine/model/loading/load_weights.h"
#include "engine/model/loading/tensor_source.h"
#include "engine/model/model_check.h"
#include "engine/operations/recurrence/wkv6.h"

#include <algorithm>
#include <mutex>
#include <new>

namespace engine {

struct Model::Data {
    ModelConfig config;
    Options options;
    std::shared_ptr<const Model> base; // whose weights it uses; null: its own
    ModelWeights weights;
    std::vector<EnhancementWeights> enhancements;
    WeightTotals totals; // all of it
    // The file it came from; of a base with a gate, that of the gate. Null for random().
    std::shared_ptr<const Checkpoint> checkpoint;
    // Reading a whole file for its fingerprint takes seconds for a large model, so that waits until somebody
    // asks.
    mutable std::once_flag fingerprintOnce;
    mutable Expected<std::string> fingerprint;
};

Model::Model() = default;
Model::~Model() = default;

const ModelConfig& Model::config() const { return m_data->config; }
const ModelWeights& Model::weights() const {
    return m_data->base ? m_data->base->weights() : m_data->weights;
}
std::span<const EnhancementWeights> Model::enhancements() const { return m_data->enhancements; }
std::int64_t Model::parameters() const { return m_data->totals.parameters; }
std::int64_t Model::bytesPerToken() const { return m_data->totals.bytesPerToken; }
const std::shared_ptr<const Model>& Model::base() const { return m_data->base; }

const Expected<std::string>& Model::fingerprint() const {
    std::call_once(m_data->fingerprintOnce, [data = m_data.get()] {
        if (!data->checkpoint)
            return;
        data->fingerprint = data->checkpoint->fingerprint();
        if (!data->base || !data->fingerprint)
            return;
        const Expected<std::string>& base = data->base->fingerprint();
        data->fingerprint = base ? Expected<std::string>(*base + "+" + *data->fingerprint) : base;
    });
    return m_data->fingerprint;
}

std::shared_ptr<const Model> Model::made(std::unique_ptr<const Data> data) {
    std::shared_ptr<Model> model(new Model);
    model->m_data = std::move(data);
    return model;
}

const std::optional<StoredVocabulary>& Model::storedVocabulary() const {
    static const std::optional<StoredVocabulary> kNone;
    if (m_data->base)
        return m_data->base->storedVocabulary();
    return m_data->checkpoint ? m_data->checkpoint->vocabulary() : kNone;
}

namespace {

Expected<std::shared_ptr<const Checkpoint>> openCheckpoint(const std::filesystem::path& path) {
    auto opened = Checkpoint::open(path);
    if (!opened)
        return failure(std::move(opened.error()));
    return std::make_shared<const Checkpoint>(std::move(*opened));
}

Failure outOfMemory(const std::string& what) {
    return failure(ErrorCode::OutOfMemory, what + ": not enough memory for this model");
}

// Fills in what a caller of random() may leave at 0, as the official models have it.
Expected<ModelConfig> completed(ModelConfig config) {
    if (config.headSize == 0)
        config.headSize = 64;
    if (config.heads == 0)
        config.heads = config.width / config.headSize;
    if (config.feedForward == 0)
        config.feedForward =
            config.architecture == Architecture::Rwkv7 ? 4 * config.width : config.width * 7 / 64 * 32;
    chooseEnhancementSizes(config.enhancement, config.width);
    if (config.sparse.blocks > 0 &&
        (config.architecture != Architecture::Rwkv7 || config.sparse.blocks > config.layers ||
         config.layers % config.sparse.blocks != 0))
        return failure(ErrorCode::InvalidArgument,
                       std::to_string(config.sparse.blocks) +
                           " sparse-attention blocks cannot stand at equal distances among " +
                           std::to_string(config.layers) + " blocks of RWKV-7");
    const bool valid = config.layers > 0 && config.width > 0 && config.vocabulary > 0 &&
                       config.feedForward > 0 && config.headSize > 0 && config.headSize <= kMaxHeadSize &&
                       config.heads * config.headSize == config.width;
    if (!valid)
        return failure(
            ErrorCode::InvalidArgument,
            "layers, width and vocabulary must be above 0, and the width a multiple of the head size (" +
                std::to_string(config.headSize) + ")");
    return config;
}

Expected<ModelConfig> asWanted(ModelConfig config, const Model::Options& options) {
    auto sparse = withOptions(config.sparse, options.sparse);
    if (!sparse)
        return failure(std::move(sparse.error()));
    config.sparse = *sparse;
    return config;
}

bool isCompleteModel(const Checkpoint& checkpoint) { return checkpoint.find("emb.weight") != nullptr; }

// Of a model of `config` with that gate, which is known to fit then.
Expected<ModelConfig> configWithGate(ModelConfig config, const Checkpoint& base, const Checkpoint& gate) {
    const std::string basePath = base.path().string(), gatePath = gate.path().string();
    if (config.enhancement.variant != EnhancementConfig::Variant::None)
        return failure(ErrorCode::GateMismatch, basePath + " has an enhancement of its own (" +
                                                    describe(config.enhancement) +
                                                    "); choose no gate, or a base model without one");
    const auto enhancement = detectEnhancement(gate);
    if (!enhancement)
        return failure(enhancement.error());
    if (enhancement->variant == EnhancementConfig::Variant::None)
        return failure(ErrorCode::UnsupportedFormat, gatePath + " holds neither a gate nor a model");
    config.enhancement = *enhancement;
    const auto& metadata = gate.metadata();
    if (const auto wanted = metadata.find("inkgate.base_fingerprint"); wanted != metadata.end()) {
        const auto found = base.fingerprint();
        if (!found)
            return failure(found.error());
        if (wanted->second != *found)
            return failure(ErrorCode::GateMismatch, gatePath + " was fitted on another base model than " +
                                                        basePath +
                                                        "; choose the base it names or another gate");
    }
    if (auto sound = checkTensors(config, base, gate); !sound)
        return failure(std::move(sound.error()));
    return config;
}

} // namespace

Expected<std::shared_ptr<const Model>> Model::complete(CheckpointPointer checkpoint, const Options& options) {
    auto checked = checkModel(*checkpoint);
    if (!checked)
        return failure(std::move(checked.error()));
    auto config = asWanted(std::move(checked->config), options);
    if (!config)
        return failure(std::move(config.error()));
    const auto source = checkpointSource(checkpoint, options.weights);
    return assembled(*config, options, *source, std::move(checkpoint));
}

Expected<std::shared_ptr<const Model>> Model::assembled(const ModelConfig& config, const Options& options,
                                                        TensorSource& source, CheckpointPointer checkpoint,
                                                        std::string fingerprint) {
    auto weights = loadWeights(config, source, options.skipsZeros);
    if (!weights)
        return failure(std::move(weights.error()));
    auto enhancements = loadEnhancements(config, source);
    if (!enhancements)
        return failure(std::move(enhancements.error()));
    auto data = std::make_unique<Data>();
    data->config = config;
    data->options = options;
    data->weights = std::move(weights->weights);
    data->enhancements = std::move(enhancements->layers);
    data->totals = weights->totals;
    data->totals += enhancements->totals;
    data->checkpoint = std::move(checkpoint);
    data->fingerprint = std::move(fingerprint);
    return made(std::move(data));
}

Expected<std::shared_ptr<const Model>> Model::gated(std::shared_ptr<const Model> base,
                                                    const ModelConfig& config, CheckpointPointer gate) {
    const auto source = checkpointSource(gate, base->m_data->options.weights);
    auto enhancements = loadEnhancements(config, *source);
    if (!enhancements)
        return failure(std::move(enhancements.error()));
    auto data = std::make_unique<Data>();
    data->config = config;
    data->options = base->m_data->options;
    data->enhancements = std::move(enhancements->layers);
    data->totals = base->m_data->totals;
    data->totals += enhancements->totals;
    data->checkpoint = std::move(gate);
    data->base = std::move(base);
    return made(std::move(data));
}

Expected<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& path,
                                                   const Options& options) try {
    auto checkpoint = openCheckpoint(path);
    if (!checkpoint)
        return failure(std::move(checkpoint.error()));
    return complete(std::move(*checkpoint), options);
} catch (const std::bad_alloc&) {
    return outOfMemory(path.string());
}

Expected<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& base,
                                                   const std::filesystem::path& gate,
                                                   const Options& options) try {
    auto gateCheckpoint = openCheckpoint(gate);
    if (!gateCheckpoint)
        return failure(std::move(gateCheckpoint.error()));
    if (isCompleteModel(**gateCheckpoint))
        return complete(std::move(*gateCheckpoint), options);
    auto baseCheckpoint = openCheckpoint(base);
    if (!baseCheckpoint)
        return failure(std::move(baseCheckpoint.error()));
    auto baseConfig = ModelConfig::detect(**baseCheckpoint);
    if (baseConfig)
        baseConfig = asWanted(std::move(*baseConfig), options);
    if (!baseConfig)
        return failure(std::move(baseConfig.error()));
    // Before gigabytes are read for a gate that does not fit.
    const auto config = configWithGate(*baseConfig, **baseCheckpoint, **gateCheckpoint);
    if (!config)
        return failure(config.error());
    const auto source = checkpointSource(*baseCheckpoint, options.weights);
    auto loaded = assembled(*baseConfig, options, *source, std::move(*baseCheckpoint));
    if (!loaded)
        return loaded;
    return gated(std::move(*loaded), *config, std::move(*gateCheckpoint));
} catch (const std::bad_alloc&) {
    return outOfMemory(base.string());
}

Expected<std::shared_ptr<const Model>> Model::withGate(const std::shared_ptr<const Model>& base,
                                                       const std::filesystem::path& gate) try {
    auto checkpoint = openCheckpoint(gate);
    if (!checkpoint)
        return failure(std::move(checkpoint.error()));
    if (isCompleteModel(**checkpoint))
        return complete(std::move(*checkpoint), base->m_data->options);
    if (!base->m_data->checkpoint)
        return failure(ErrorCode::GateMismatch, gate.string() + ": random weights take no gate from a file");
    const auto config = configWithGate(base->config(), *base->m_data->checkpoint, **checkpoint);
    if (!config)
        return failure(config.error());
    return gated(base, *config, std::move(*checkpoint));
} catch (const std::bad_alloc&) {
    return outOfMemory(gate.string());
}

Expected<std::shared_ptr<const Model>> Model::random(const ModelConfig& config, const Options& options,
                                                     std::uint64_t seed) try {
    auto full = completed(config);
    if (full)
        full = asWanted(std::move(*full), options);
    if (!full)
        return failure(full.error());
    const auto source = randomSource(*full, options.weights, seed);
    return assembled(*full, options, *source, nullptr, "random-" + std::to_string(seed));
} catch (const std::bad_alloc&) {
    return outOfMemory("random model");
}

} // namespace engine
