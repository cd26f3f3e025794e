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
    LoadedWeights loaded;
    // Reading a whole file for its fingerprint takes seconds for a large model, so that waits until somebody
    // asks.
    std::shared_ptr<const Checkpoint> base, gate;
    mutable std::once_flag fingerprintOnce;
    mutable Expected<std::string> fingerprint;
};

Model::Model() = default;
Model::~Model() = default;

const ModelConfig& Model::config() const { return m_data->config; }
const ModelWeights& Model::weights() const { return m_data->loaded.weights; }
std::int64_t Model::parameters() const { return m_data->loaded.parameters; }
std::int64_t Model::bytesPerToken() const { return m_data->loaded.bytesPerToken; }

const Expected<std::string>& Model::fingerprint() const {
    std::call_once(m_data->fingerprintOnce, [data = m_data.get()] {
        if (data->base)
            data->fingerprint = data->base->fingerprint();
        if (!data->gate || !data->fingerprint)
            return;
        if (const auto gate = data->gate->fingerprint())
            data->fingerprint->append("+").append(*gate);
        else
            data->fingerprint = tl::unexpected(gate.error());
    });
    return m_data->fingerprint;
}

bool Model::isBaseWithGate() const { return m_data->gate != nullptr; }

const std::optional<StoredVocabulary>& Model::storedVocabulary() const {
    static const std::optional<StoredVocabulary> kNone;
    return m_data->base ? m_data->base->vocabulary() : kNone;
}

namespace {

Expected<std::shared_ptr<const Checkpoint>> openCheckpoint(const std::filesystem::path& path) {
    auto opened = Checkpoint::open(path);
    if (!opened)
        return tl::unexpected(std::move(opened.error()));
    return std::make_shared<const Checkpoint>(std::move(*opened));
}

tl::unexpected<Error> outOfMemory(const std::string& what) {
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
    EnhancementConfig& enhancement = config.enhancement;
    const bool routes = enhancement.variant == EnhancementConfig::Variant::ConvRouting;
    const bool shifts = enhancement.variant == EnhancementConfig::Variant::Adaptive &&
                        enhancement.shift == EnhancementConfig::Shift::Mlp;
    if (enhancement.rank == 0 && (routes || shifts))
        enhancement.rank = std::max(32, config.width / 16);
    if (enhancement.kernel == 0 && routes)
        enhancement.kernel = 4;
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

} // namespace

Expected<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& path,
                                                   const Options& options) try {
    auto checkpoint = openCheckpoint(path);
    if (!checkpoint)
        return tl::unexpected(std::move(checkpoint.error()));
    auto checked = checkModel(**checkpoint);
    if (!checked)
        return tl::unexpected(std::move(checked.error()));
    const ModelConfig* const config = &checked->config;
    const auto source = checkpointSource(*checkpoint, options.weights);
    auto loaded = loadWeights(*config, *source, *source, options.skipsZeros);
    if (!loaded)
        return tl::unexpected(std::move(loaded.error()));
    auto data = std::make_unique<Data>();
    data->config = *config;
    data->loaded = std::move(*loaded);
    data->base = std::move(*checkpoint);
    std::shared_ptr<Model> model(new Model);
    model->m_data = std::move(data);
    return model;
} catch (const std::bad_alloc&) {
    return outOfMemory(path.string());
}

Expected<std::shared_ptr<const Model>> Model::load(const std::filesystem::path& base,
                                                   const std::filesystem::path& gate,
                                                   const Options& options) try {
    auto gateCheckpoint = openCheckpoint(gate);
    if (!gateCheckpoint)
        return tl::unexpected(std::move(gateCheckpoint.error()));
    if ((*gateCheckpoint)->find("emb.weight") != nullptr)
        return load(gate, options);
    auto baseCheckpoint = openCheckpoint(base);
    if (!baseCheckpoint)
        return tl::unexpected(std::move(baseCheckpoint.error()));

    auto config = ModelConfig::detect(**baseCheckpoint);
    if (!config)
        return tl::unexpected(std::move(config.error()));
    if (config->enhancement.variant != EnhancementConfig::Variant::None)
        return failure(ErrorCode::GateMismatch, base.string() + " has an enhancement of its own (" +
                                                    describe(config->enhancement) +
                                                    "); choose no gate, or a base model without one");
    const auto enhancement = detectEnhancement(**gateCheckpoint);
    if (!enhancement)
        return tl::unexpected(enhancement.error());
    if (enhancement->variant == EnhancementConfig::Variant::None)
        return failure(ErrorCode::UnsupportedFormat, gate.string() + " holds neither a gate nor a model");
    config->enhancement = *enhancement;
    const auto& metadata = (*gateCheckpoint)->metadata();
    if (const auto wanted = metadata.find("inkgate.base_fingerprint"); wanted != metadata.end()) {
        const auto found = (*baseCheckpoint)->fingerprint();
        if (!found)
            return tl::unexpected(found.error());
        if (wanted->second != *found)
            return failure(ErrorCode::GateMismatch,
                           gate.string() + " was fitted on another base model than " + base.string() +
                               "; choose the base it names or another gate");
    }

    if (auto sound = checkTensors(*config, **baseCheckpoint, **gateCheckpoint); !sound)
        return tl::unexpected(std::move(sound.error()));
    const auto baseSource = checkpointSource(*baseCheckpoint, options.weights);
    const auto gateSource = checkpointSource(*gateCheckpoint, options.weights);
    auto loaded = loadWeights(*config, *baseSource, *gateSource, options.skipsZeros);
    if (!loaded)
        return tl::unexpected(std::move(loaded.error()));
    auto data = std::make_unique<Data>();
    data->config = *config;
    data->loaded = std::move(*loaded);
    data->base = std::move(*baseCheckpoint);
    data->gate = std::move(*gateCheckpoint);
    std::shared_ptr<Model> model(new Model);
    model->m_data = std::move(data);
    return model;
} catch (const std::bad_alloc&) {
    return outOfMemory(base.string());
}

Expected<std::shared_ptr<const Model>> Model::random(const ModelConfig& config, const Options& options,
                                                     std::uint64_t seed) try {
    const auto full = completed(config);
    if (!full)
        return tl::unexpected(full.error());
    const auto source = randomSource(*full, options.weights, seed);
    auto loaded = loadWeights(*full, *source, *source, options.skipsZeros);
    if (!loaded)
        return tl::unexpected(std::move(loaded.error()));
    auto data = std::make_unique<Data>();
    data->config = *full;
    data->loaded = std::move(*loaded);
    data->fingerprint = "random-" + std::to_string(seed);
    std::shared_ptr<Model> model(new Model);
    model->m_data = std::move(data);
    return model;
} catch (const std::bad_alloc&) {
    return outOfMemory("random model");
}

} // namespace engine
