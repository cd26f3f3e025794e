#include "engine/model/loading/load_weights.h"

#include "engine/model/gate_layout.h"
#include "engine/operations/enhancement/convolutional_shift.h"

#include <optional>
#include <utility>

namespace engine {

namespace {

// Fetches tensors one after another and keeps the first error, so that the lists below read as lists. After
// an error everything fetched is empty and the result is discarded.
class Loader {
public:
    Loader(TensorSource& source, WeightTotals& totals)
        : m_source(source)
        , m_totals(totals) {}

    LinearWeights linear(const std::string& name, int outputs, int inputs,
                         MatrixOrder order = MatrixOrder::RowMajor) {
        LinearWeights weights =
            take<LinearWeights>([&] { return m_source.linear(name, outputs, inputs, order); });
        count(weights);
        return weights;
    }

    // Of which a token reads one row.
    LinearWeights table(const std::string& name, int rows, int columns) {
        LinearWeights weights = take<LinearWeights>([&] { return m_source.table(name, rows, columns); });
        m_totals.parameters += std::int64_t{rows} * columns;
        m_totals.bytesPerToken +=
            weights.empty() ? 0 : static_cast<std::int64_t>(weights.matrix().groupBytes());
        return weights;
    }

    Values values(const std::string& name, const std::vector<std::int64_t>& shape) {
        Values loaded = take<Values>([&] { return m_source.values(name, shape); });
        m_totals.parameters += static_cast<std::int64_t>(loaded.size());
        m_totals.bytesPerToken += static_cast<std::int64_t>(loaded.byteSize());
        return loaded;
    }

    NormWeights norm(const std::string& name, int width) {
        return {values(name + ".weight", {width}), values(name + ".bias", {width})};
    }

    // A factor [inputs, columns] that is used like a linear layer.
    LinearWeights factor(const std::string& name, int inputs, int columns) {
        const Values stored = take<Values>([&] { return m_source.values(name, {inputs, columns}); });
        if (stored.size() == 0) // after an error, or from a source that only looks
            return {};
        const auto type = take<DataType>([&] { return m_source.factorType(name, stored.span()); });
        LinearWeights weights = take<LinearWeights>(
            [&] { return LinearWeights::fromFactor(stored.span(), inputs, columns, type); });
        count(weights);
        return weights;
    }

    // A factor whose rows are added up, as a matrix of these.
    LinearWeights rows(const std::string& name, const std::vector<std::int64_t>& shape) {
        const Values stored = take<Values>([&] { return m_source.values(name, shape); });
        if (stored.size() == 0)
            return {};
        const auto type = take<DataType>([&] { return m_source.factorType(name, stored.span()); });
        const int columns = static_cast<int>(shape.back());
        LinearWeights weights = take<LinearWeights>([&] {
            return LinearWeights::fromFloat32(stored.span(), static_cast<int>(stored.size()) / columns,
                                              columns, type);
        });
        count(weights);
        return weights;
    }

    LowRankWeights lowRank(const std::string& down, const std::string& up, const std::string& bias,
                           int inputs, int outputs) {
        LowRankWeights weights;
        const int rank = columns(down);
        weights.down = factor(down, inputs, rank);
        weights.up = rows(up, {rank, outputs});
        if (!bias.empty())
            weights.bias = values(bias, {outputs});
        return weights;
    }

    int columns(const std::string& name) {
        return take<int>([&] { return m_source.factorColumns(name); });
    }

    void fail(ErrorCode code, std::string message) {
        if (!m_error.has_value())
            m_error = Error{code, std::move(message)};
    }

    [[nodiscard]] std::optional<Error>& error() { return m_error; }

private:
    template <class T, class Fetch> T take(Fetch fetch) {
        if (m_error.has_value())
            return T{};
        Expected<T> fetched = fetch();
        if (!fetched) {
            m_error = std::move(fetched.error());
            return T{};
        }
        return std::move(*fetched);
    }

    void count(const LinearWeights& weights) {
        m_totals.parameters += std::int64_t{weights.outputs()} * weights.inputs();
        m_totals.bytesPerToken += static_cast<std::int64_t>(weights.byteSize());
    }

    TensorSource& m_source;
    WeightTotals& m_totals;
    std::optional<Error> m_error;
};

// RWKV-5 stores the weight of the current token; the kernels take the previous one's.
Values weightOfPrevious(Values weightOfCurrent) {
    for (float& value : weightOfCurrent.span())
        value = 1.0f - value;
    return weightOfCurrent;
}

Rwkv5TimeMixing rwkv5TimeMixing(Loader& load, const ModelConfig& config, const std::string& att) {
    const int width = config.width;
    Rwkv5TimeMixing mixing;
    mixing.keyMix = weightOfPrevious(load.values(att + "time_mix_k", {width}));
    mixing.valueMix = weightOfPrevious(load.values(att + "time_mix_v", {width}));
    mixing.receptanceMix = weightOfPrevious(load.values(att + "time_mix_r", {width}));
    mixing.gateMix = weightOfPrevious(load.values(att + "time_mix_g", {width}));
    mixing.decayLogit = load.values(att + "time_decay", {config.heads, config.headSize});
    mixing.bonus = load.values(att + "time_faaaa", {config.heads, config.headSize});
    mixing.receptance = load.linear(att + "receptance.weight", width, width);
    mixing.key = load.linear(att + "key.weight", width, width);
    mixing.value = load.linear(att + "value.weight", width, width);
    mixing.gate = load.linear(att + "gate.weight", width, width);
    mixing.output = load.linear(att + "output.weight", width, width);
    mixing.groupNorm = load.norm(att + "ln_x", width);
    return mixing;
}

Rwkv6TimeMixing rwkv6TimeMixing(Loader& load, const ModelConfig& config, const std::string& att) {
    const int width = config.width;
    Rwkv6TimeMixing mixing;
    mixing.mixMix = load.values(att + "time_maa_x", {width});
    const int columns = load.columns(att + "time_maa_w1");
    if (columns % 5 != 0)
        load.fail(ErrorCode::ShapeMismatch,
                  att + "time_maa_w1: expected five equal parts side by side, found " +
                      std::to_string(columns) + " columns");
    mixing.mixDown = load.factor(att + "time_maa_w1", width, columns);
    mixing.mixUp = load.rows(att + "time_maa_w2", {5, columns / 5, width});
    constexpr std::array<const char*, 5> kUses{"w", "k", "v", "r", "g"};
    for (std::size_t j = 0; j < kUses.size(); ++j)
        mixing.mixes[j] = load.values(att + "time_maa_" + kUses[j], {width});
    mixing.decay =
        load.lowRank(att + "time_decay_w1", att + "time_decay_w2", att + "time_decay", width, width);
    mixing.bonus = load.values(att + "time_faaaa", {config.heads, config.headSize});
    mixing.receptance = load.linear(att + "receptance.weight", width, width);
    mixing.key = load.linear(att + "key.weight", width, width);
    mixing.value = load.linear(att + "value.weight", width, width);
    mixing.gate = load.linear(att + "gate.weight", width, width);
    mixing.output = load.linear(att + "output.weight", width, width);
    mixing.groupNorm = load.norm(att + "ln_x", width);
    return mixing;
}

Rwkv7TimeMixing rwkv7TimeMixing(Loader& load, const ModelConfig& config, const std::string& att,
                                bool isFirstLayer) {
    const int width = config.width;
    Rwkv7TimeMixing mixing;
    mixing.receptanceMix = load.values(att + "x_r", {width});
    mixing.decayMix = load.values(att + "x_w", {width});
    mixing.keyMix = load.values(att + "x_k", {width});
    mixing.valueMix = load.values(att + "x_v", {width});
    mixing.rateMix = load.values(att + "x_a", {width});
    mixing.gateMix = load.values(att + "x_g", {width});
    mixing.decay = load.lowRank(att + "w1", att + "w2", att + "w0", width, width);
    mixing.rate = load.lowRank(att + "a1", att + "a2", att + "a0", width, width);
    if (!isFirstLayer)
        mixing.firstValue = load.lowRank(att + "v1", att + "v2", att + "v0", width, width);
    mixing.gate = load.lowRank(att + "g1", att + "g2", {}, width, width);
    mixing.removalScale = load.values(att + "k_k", {width});
    mixing.rateScale = load.values(att + "k_a", {width});
    mixing.bonus = load.values(att + "r_k", {config.heads, config.headSize});
    mixing.receptance = load.linear(att + "receptance.weight", width, width);
    mixing.key = load.linear(att + "key.weight", width, width);
    mixing.value = load.linear(att + "value.weight", width, width);
    mixing.output = load.linear(att + "output.weight", width, width);
    mixing.groupNorm = load.norm(att + "ln_x", width);
    return mixing;
}

ChannelMixingWeights channelMixing(Loader& load, const ModelConfig& config, const std::string& ffn,
                                   bool skipsZeros) {
    const int width = config.width;
    ChannelMixingWeights mixing;
    switch (config.architecture) {
    case Architecture::Rwkv5:
        mixing.keyMix = weightOfPrevious(load.values(ffn + "time_mix_k", {width}));
        mixing.receptanceMix = weightOfPrevious(load.values(ffn + "time_mix_r", {width}));
        break;
    case Architecture::Rwkv6:
        mixing.keyMix = load.values(ffn + "time_maa_k", {width});
        mixing.receptanceMix = load.values(ffn + "time_maa_r", {width});
        break;
    case Architecture::Rwkv7: mixing.keyMix = load.values(ffn + "x_k", {width}); break;
    }
    mixing.key = load.linear(ffn + "key.weight", config.feedForward, width);
    // Its inputs, squared relus, are zero for the most part.
    mixing.value = load.linear(ffn + "value.weight", width, config.feedForward,
                               skipsZeros ? MatrixOrder::ColumnMajor : MatrixOrder::RowMajor);
    if (config.architecture != Architecture::Rwkv7)
        mixing.receptance = load.linear(ffn + "receptance.weight", width, width);
    return mixing;
}

SparseBlockWeights sparseBlock(Loader& load, const ModelConfig& config, const std::string& moba,
                               bool skipsZeros) {
    const int width = config.width;
    SparseBlockWeights block;
    block.attentionNorm = load.norm(moba + "ln1", width);
    block.channelMixingNorm = load.norm(moba + "ln2", width);
    block.query = load.linear(moba + "att.receptance.weight", width, width);
    block.key = load.linear(moba + "att.key.weight", width, width);
    block.value = load.linear(moba + "att.value.weight", width, width);
    block.output = load.linear(moba + "att.output.weight", width, width);
    block.channelMixing = channelMixing(load, config, moba + "ffn.", skipsZeros);
    return block;
}

EnhancementWeights enhancementWeights(Loader& load, const ModelConfig& config, const std::string& prefix) {
    const EnhancementConfig& enhancement = config.enhancement;
    const int width = config.width;
    EnhancementWeights weights;
    if (enhancement.variant == EnhancementConfig::Variant::Adaptive) {
        AdaptiveGateWeights gate;
        if (enhancement.gate == EnhancementConfig::Gate::Learned) {
            gate.gate = load.linear(prefix + "gate.weight", width, width);
            gate.bias = load.values(prefix + "gate.bias", {width});
        }
        if (enhancement.shift == EnhancementConfig::Shift::Mlp)
            gate.shift = load.lowRank(prefix + "shift.a", prefix + "shift.b", {}, width, width);
        weights.kind = std::move(gate);
    } else if (enhancement.variant == EnhancementConfig::Variant::SourceGates) {
        SourceGateWeights gates;
        gates.source =
            load.values(prefix + "source.weight", {static_cast<int>(enhancement.sources.size()), width});
        gates.route = load.lowRank(prefix + "route.u", prefix + "route.w", prefix + "route.bias", 2 * width,
                                   gateLayout(config).layerWidth());
        weights.kind = std::move(gates);
    } else {
        ConvolutionalRoutingWeights routing;
        routing.kernel = load.values(prefix + "conv.weight", {enhancement.kernel, width});
        routing.position =
            load.values(prefix + "conv.position", {enhancement.kernel, kPositionFeatures, width});
        if (enhancement.scales > 0)
            routing.scale = load.values(prefix + "scale.weight", {enhancement.scales, width});
        if (enhancement.routesEmbedding)
            routing.embedding = load.values(prefix + "embedding.weight", {2, width});
        if (enhancement.routesRows)
            routing.rows = load.table(prefix + "rows.weight", config.vocabulary, 2 * width);
        routing.route =
            load.lowRank(prefix + "route.u", prefix + "route.w", prefix + "route.bias", 2 * width, width);
        weights.kind = std::move(routing);
    }
    if (enhancement.layerNorm)
        weights.norm = load.norm(prefix + "norm", width);
    return weights;
}

} // namespace

Expected<LoadedWeights> loadWeights(const ModelConfig& config, TensorSource& source, bool skipsZeros) {
    LoadedWeights result;
    Loader load(source, result.totals);
    ModelWeights& weights = result.weights;
    weights.embedding = load.table("emb.weight", config.vocabulary, config.width);
    weights.embeddingNorm = load.norm("blocks.0.ln0", config.width);
    for (int layer = 0; layer < config.layers && !load.error().has_value(); ++layer) {
        const std::string block = "blocks." + std::to_string(layer) + ".";
        LayerWeights& current = weights.layers.emplace_back();
        current.timeMixingNorm = load.norm(block + "ln1", config.width);
        current.channelMixingNorm = load.norm(block + "ln2", config.width);
        switch (config.architecture) {
        case Architecture::Rwkv5: current.timeMixing = rwkv5TimeMixing(load, config, block + "att."); break;
        case Architecture::Rwkv6: current.timeMixing = rwkv6TimeMixing(load, config, block + "att."); break;
        case Architecture::Rwkv7:
            current.timeMixing = rwkv7TimeMixing(load, config, block + "att.", layer == 0);
            break;
        }
        current.channelMixing = channelMixing(load, config, block + "ffn.", skipsZeros);
    }
    for (int block = 0; block < config.sparse.blocks && !load.error().has_value(); ++block)
        weights.sparseBlocks.push_back(
            sparseBlock(load, config, "moba." + std::to_string(block) + ".", skipsZeros));
    weights.outputNorm = load.norm("ln_out", config.width);
    weights.head = load.linear("head.weight", config.vocabulary, config.width);
    if (load.error().has_value())
        return failure(std::move(*load.error()));
    return result;
}

Expected<LoadedEnhancements> loadEnhancements(const ModelConfig& config, TensorSource& source) {
    LoadedEnhancements result;
    if (config.enhancement.variant == EnhancementConfig::Variant::None)
        return result;
    if (config.enhancement.variant == EnhancementConfig::Variant::SourceGates &&
        config.width % kGateGroup != 0)
        return failure(ErrorCode::ShapeMismatch, "source-gates have a gate for every " +
                                                     std::to_string(kGateGroup) +
                                                     " channels, of which the width " +
                                                     std::to_string(config.width) + " is no multiple");
    Loader load(source, result.totals);
    for (int layer = 0; layer < config.layers && !load.error().has_value(); ++layer)
        result.layers.push_back(enhancementWeights(load, config, "enhance." + std::to_string(layer) + "."));
    if (load.error().has_value())
        return failure(std::move(*load.error()));
    return result;
}

} // namespace engine
