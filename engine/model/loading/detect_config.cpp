#include "engine/model/config.h"

#include "engine/formats/tensors/tensor_naming.h"
#include "engine/model/loading/enhancement_tensors.h"
#include "engine/operations/recurrence/wkv6.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace engine {

std::string_view name(Architecture architecture) {
    switch (architecture) {
    case Architecture::Rwkv5: return "rwkv5.2";
    case Architecture::Rwkv6: return "rwkv6";
    case Architecture::Rwkv7: return "rwkv7";
    }
    return "unknown";
}

std::string_view architectureName(const ModelConfig& config) {
    return config.sparse.blocks > 0 ? "rwkv-x" : name(config.architecture);
}

namespace {

// Far above any model that exists; keeps products of sizes within 64 bits and layer lists within memory.
constexpr std::int64_t kMaxLayers = 4096;
constexpr std::int64_t kMaxSize = std::int64_t{1} << 24;

// The dimensions of a tensor without those of size 1, which converters add and drop; empty if there is no
// such tensor.
std::vector<std::int64_t> dimensions(const Checkpoint& checkpoint, std::string_view name) {
    const TensorInfo* tensor = checkpoint.find(name);
    if (tensor == nullptr)
        return {};
    std::vector<std::int64_t> shape = tensor->shape;
    std::erase(shape, 1);
    return shape;
}

Expected<Architecture> detectArchitecture(const Checkpoint& checkpoint) {
    const std::string where = checkpoint.path().string();
    // Also one of a type that we do not read says what kind of model it is.
    const auto has = [&](std::string_view name) {
        return checkpoint.find(name) != nullptr || checkpoint.findUnread(name) != nullptr;
    };
    const auto refuse = [&](const std::string& what) {
        return failure(ErrorCode::UnsupportedArchitecture,
                       where + ": " + what + "; Inkgate runs RWKV-5.2, 6 and 7");
    };
    if (!has("emb.weight"))
        return refuse(has("enhance.0.norm.weight") || has("enhance.0.gate.weight") || has("enhance.0.route.w")
                          ? "this is a gate file without its base model"
                          : "this is not an RWKV model (it has no tensor emb.weight)");
    if (has("blocks.0.ffn.s_emb.weight") || has("blocks.0.ffn.s1"))
        return refuse("this is a DeepEmbed model (RWKV-7a or 7b)");
    if (has("blocks.0.att.r_k"))
        return Architecture::Rwkv7;
    if (has("blocks.0.att.time_maa_x"))
        return Architecture::Rwkv6;
    if (has("blocks.0.att.gate.weight") && dimensions(checkpoint, "blocks.0.att.time_decay").size() == 2)
        return Architecture::Rwkv5;
    if (has("blocks.0.att.ln_x.weight"))
        return refuse("this is an RWKV-5.0 or 5.1 model");
    if (has("blocks.0.att.time_decay"))
        return refuse("this is an RWKV-4 model");
    return refuse("this is not an RWKV model of a kind we know");
}

// One more than the largest number in "blocks.N.", 0 if there is none or a number is unreasonable.
int countLayers(const Checkpoint& checkpoint) {
    std::int64_t layers = 0;
    for (const TensorInfo& tensor : checkpoint.tensors()) {
        const std::string_view number = blockName(tensor.name).number;
        if (number.empty())
            continue;
        std::int64_t index = -1;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
        if (error != std::errc() || index >= kMaxLayers)
            return 0;
        layers = std::max(layers, index + 1);
    }
    return static_cast<int>(layers);
}

Expected<float> readGroupNormEpsilon(const Checkpoint& checkpoint) {
    const auto found = checkpoint.metadata().find("inkgate.group_norm_epsilon");
    if (found == checkpoint.metadata().end())
        return ModelConfig{}.groupNormEpsilon;
    float value = 0;
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value > 0 && value < 1))
        return failure(ErrorCode::FileDamaged,
                       checkpoint.path().string() +
                           ": metadata inkgate.group_norm_epsilon is not a number between 0 and 1");
    return value;
}

} // namespace

Expected<ModelConfig> ModelConfig::detect(const Checkpoint& checkpoint) {
    const std::string where = checkpoint.path().string();
    const auto architecture = detectArchitecture(checkpoint);
    if (!architecture)
        return failure(architecture.error());
    ModelConfig config;
    config.architecture = *architecture;
    config.layers = countLayers(checkpoint);
    if (config.layers == 0)
        return failure(ErrorCode::FileDamaged,
                       where + ": no blocks, or more than " + std::to_string(kMaxLayers));

    // A pair of sizes from a tensor of that many dimensions.
    const auto pair = [&](std::string_view name) -> Expected<std::pair<int, int>> {
        const TensorInfo* tensor = checkpoint.find(name);
        if (const UnreadEntry* unread = tensor == nullptr ? checkpoint.findUnread(name) : nullptr)
            return failure(ErrorCode::UnsupportedType,
                           where + ", " + unread->shownName() + ": " + unread->reason);
        std::vector<std::int64_t> shape = tensor != nullptr ? tensor->shape : std::vector<std::int64_t>{};
        while (shape.size() > 2 && shape.back() == 1)
            shape.pop_back();
        while (shape.size() > 2 && shape.front() == 1)
            shape.erase(shape.begin());
        if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1 || shape[0] > kMaxSize || shape[1] > kMaxSize)
            return failure(ErrorCode::FileDamaged, where + ", " + std::string(name) +
                                                       ": expected a tensor of two dimensions above 0");
        return std::pair{static_cast<int>(shape[0]), static_cast<int>(shape[1])};
    };
    const auto embedding = pair("emb.weight");
    const auto key = pair("blocks.0.ffn.key.weight");
    const auto heads = pair(config.architecture == Architecture::Rwkv7   ? "blocks.0.att.r_k"
                            : config.architecture == Architecture::Rwkv6 ? "blocks.0.att.time_faaaa"
                                                                         : "blocks.0.att.time_decay");
    for (const auto* sizes : {&embedding, &key, &heads})
        if (!*sizes)
            return failure(sizes->error());
    config.vocabulary = embedding->first;
    config.width = embedding->second;
    config.feedForward = key->first;
    config.heads = heads->first;
    config.headSize = heads->second;
    if (std::int64_t{config.heads} * config.headSize != config.width)
        return failure(ErrorCode::ShapeMismatch, where + ": " + std::to_string(config.heads) +
                                                     " heads of size " + std::to_string(config.headSize) +
                                                     " do not make the width " +
                                                     std::to_string(config.width));
    if (config.headSize > kMaxHeadSize)
        return failure(ErrorCode::ShapeMismatch,
                       where + ": heads of size " + std::to_string(config.headSize) +
                           " are larger than we can run (" + std::to_string(kMaxHeadSize) + ")");
    const auto epsilon = readGroupNormEpsilon(checkpoint);
    if (!epsilon)
        return failure(epsilon.error());
    config.groupNormEpsilon = *epsilon;
    const auto enhancement = detectEnhancement(checkpoint);
    if (!enhancement)
        return failure(enhancement.error());
    config.enhancement = *enhancement;
    const auto sparse = detectSparseAttention(checkpoint, config.layers);
    if (!sparse)
        return failure(sparse.error());
    if (sparse->blocks > 0 && config.architecture != Architecture::Rwkv7)
        return failure(ErrorCode::UnsupportedArchitecture,
                       where + ": sparse-attention blocks among blocks of " +
                           std::string(name(config.architecture)) +
                           " are a model that Inkgate does not run; RWKV-X has them among RWKV-7's");
    config.sparse = *sparse;
    return config;
}

} // namespace engine
