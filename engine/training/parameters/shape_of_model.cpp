#include "engine/training/parameters/shape_of_model.h"

#include "engine/model/loading/checkpoint_tensors.h"
#include "engine/training/blocks/head_size.h"

#include <utility>
#include <vector>

namespace engine {

namespace {

constexpr int kMixes = 5; // that share time_maa_w1

// The layer's number is the first whose tensors have that factor: RWKV-7 mixes values from layer 1 on.
using Ranks = std::vector<std::pair<int TrainingShape::*, const char*>>;
const Ranks kRwkv6 = {{&TrainingShape::mixRank, "blocks.0.att.time_maa_w1"},
                      {&TrainingShape::decayRank, "blocks.0.att.time_decay_w1"}};
const Ranks kRwkv7 = {{&TrainingShape::decayRank, "blocks.0.att.w1"},
                      {&TrainingShape::rateRank, "blocks.0.att.a1"},
                      {&TrainingShape::valueRank, "blocks.1.att.v1"},
                      {&TrainingShape::gateRank, "blocks.0.att.g1"}};

} // namespace

Expected<void> checkTrainable(const ModelConfig& config) {
    const bool isRwkv7 = config.architecture == Architecture::Rwkv7;
    if (config.architecture != Architecture::Rwkv6 && !isRwkv7)
        return failure(ErrorCode::UnsupportedArchitecture,
                       "what can be trained is rwkv6, rwkv7 and rwkv-x, not " +
                           std::string(architectureName(config)));
    if (config.sparse.blocks > 0 && !isRwkv7)
        return failure(ErrorCode::UnsupportedArchitecture,
                       "sparse-attention blocks stand among those of rwkv7, not of " +
                           std::string(name(config.architecture)));
    if (!isHeadSizeSupported(config.headSize))
        return failure(ErrorCode::UnsupportedArchitecture,
                       "the head size must be 16, 32, 64 or 128, not " + std::to_string(config.headSize));
    return {};
}

Expected<TrainingShape> trainingShapeOf(const Checkpoint& model, const ModelConfig& config) {
    if (auto trainable = checkTrainable(config); !trainable)
        return failure(trainable.error(), model.path().string());
    const bool isRwkv6 = config.architecture == Architecture::Rwkv6;
    TrainingShape shape;
    shape.model = config;
    for (const auto& [rank, factor] : isRwkv6 ? kRwkv6 : kRwkv7) {
        if (rank == &TrainingShape::valueRank && config.layers == 1)
            continue;
        const auto columns = columnsOfFactor(model, factor);
        if (!columns)
            return failure(columns.error());
        shape.*rank = *columns;
    }
    if (isRwkv6)
        shape.mixRank /= kMixes;
    return shape;
}

} // namespace engine
