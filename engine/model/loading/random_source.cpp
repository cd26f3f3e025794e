#include "engine/model/loading/tensor_source.h"

#include "engine/core/data_type.h"
#include "engine/core/random.h"
#include "engine/core/thread_pool.h"
#include "engine/core/weight_memory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

namespace engine {

namespace {

// Uniform on [mean - spread, mean + spread].
struct Distribution {
    float mean = 0;
    float spread = 0;
};

struct NamedDistribution {
    std::string_view suffix;
    Distribution distribution;
};

// Vectors and other small tensors, by the end of their names; the first match counts.
constexpr std::array kVectorDistributions{
    NamedDistribution{"ln_x.weight", {0.7f, 0.2f}},  NamedDistribution{"norm.weight", {1.0f, 0.2f}},
    NamedDistribution{"ln0.weight", {1.0f, 0.2f}},   NamedDistribution{"ln1.weight", {1.0f, 0.2f}},
    NamedDistribution{"ln2.weight", {1.0f, 0.2f}},   NamedDistribution{"ln_out.weight", {1.0f, 0.2f}},
    NamedDistribution{"time_decay", {-3.0f, 3.0f}},  NamedDistribution{"att.w0", {-3.0f, 3.0f}},
    NamedDistribution{"time_faaaa", {0.0f, 0.5f}},   NamedDistribution{"att.k_k", {0.7f, 0.1f}},
    NamedDistribution{"att.k_a", {1.0f, 0.1f}},      NamedDistribution{"att.r_k", {0.0f, 0.1f}},
    NamedDistribution{"att.a0", {0.0f, 0.5f}},       NamedDistribution{"att.v0", {0.7f, 0.4f}},
    NamedDistribution{"time_maa_w2", {0.0f, 0.05f}}, NamedDistribution{"time_decay_w2", {0.0f, 0.05f}},
    NamedDistribution{"gate.bias", {-1.0f, 1.0f}},   NamedDistribution{"route.bias", {-1.0f, 1.0f}},
    NamedDistribution{"conv.weight", {0.3f, 0.5f}},  NamedDistribution{"conv.position", {0.0f, 0.1f}},
    NamedDistribution{"scale.weight", {0.0f, 0.3f}}, NamedDistribution{"embedding.weight", {0.0f, 0.3f}},
    NamedDistribution{"shift.b", {0.0f, 0.05f}},     NamedDistribution{"route.w", {0.0f, 0.2f}},
    NamedDistribution{"bias", {0.0f, 0.05f}},        NamedDistribution{"w2", {0.0f, 0.05f}},
    NamedDistribution{"a2", {0.0f, 0.05f}},          NamedDistribution{"v2", {0.0f, 0.05f}},
    NamedDistribution{"g2", {0.0f, 0.2f}},           NamedDistribution{"source.weight", {0.2f, 0.3f}},
};
constexpr Distribution kMixDistribution{0.5f, 0.5f}; // what is left: time_mix, time_maa, x_*

int multipleOf32(double value) { return std::max(32, 32 * static_cast<int>(std::nearbyint(value / 32))); }

class RandomSource final : public TensorSource {
public:
    RandomSource(const ModelConfig& config, WeightType type, std::uint64_t seed)
        : m_config(config)
        , m_type(type == WeightType::BFloat16                                  ? DataType::BFloat16
                 : type == WeightType::Float32 || type == WeightType::AsStored ? DataType::Float32
                                                                               : DataType::Float16)
        , m_packed(type == WeightType::Q8   ? std::optional(DataType::Q8_0)
                   : type == WeightType::Q4 ? std::optional(DataType::Q4_0)
                                            : std::nullopt)
        , m_seed(seed) {}

    Expected<LinearWeights> linear(const std::string& name, int outputs, int inputs,
                                   MatrixOrder order) override {
        const DataType wanted = inputs % kTileColumns == 0 ? m_packed.value_or(m_type) : m_type;
        const bool isKept = wanted == m_type && order == MatrixOrder::RowMajor;
        const Filled made = filled(name, outputs, inputs, isKept);
        return LinearWeights::fromStored(m_type, made.bytes, outputs, inputs, wanted, made.memory, m_pool,
                                         order);
    }

    Expected<LinearWeights> table(const std::string& name, int rows, int columns) override {
        const Filled made = filled(name, rows, columns, true);
        return LinearWeights::table(m_type, made.bytes, rows, columns, made.memory);
    }

    Expected<AlignedBuffer<float>> values(const std::string& name,
                                          const std::vector<std::int64_t>& shape) override {
        const std::int64_t count =
            std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        AlignedBuffer<float> result(static_cast<std::size_t>(count));
        Random random = generator(name, 0);
        fill(random,
             isDownFactor(name) ? matrixDistribution(name, static_cast<int>(shape.front()))
                                : vectorDistribution(name),
             result.span());
        return result;
    }

    Expected<DataType> factorType(const std::string&, std::span<const float>) override { return m_type; }

    // The sizes of the official models.
    Expected<int> factorColumns(const std::string& name) override {
        const int width = m_config.width;
        const double root = std::sqrt(static_cast<double>(width));
        const bool large = width >= 4096;
        if (name.ends_with("time_maa_w1"))
            return 5 * (large ? 64 : 32);
        if (name.ends_with("time_decay_w1"))
            return large ? 128 : 64;
        if (name.ends_with("att.w1") || name.ends_with("att.a1"))
            return multipleOf32(2.5 * root);
        if (name.ends_with("att.v1"))
            return multipleOf32(1.7 * root);
        if (name.ends_with("att.g1"))
            return multipleOf32(5 * root);
        return m_config.enhancement.rank;
    }

private:
    [[nodiscard]] static bool isDownFactor(const std::string& name) {
        constexpr std::array<std::string_view, 8> kFactors{
            "time_maa_w1", "time_decay_w1", "att.w1", "att.a1", "att.v1", "att.g1", "shift.a", "route.u"};
        return std::ranges::any_of(kFactors, [&](std::string_view end) { return name.ends_with(end); });
    }

    // Outputs of about unit variance for inputs of unit variance, less where a trained model is quieter.
    [[nodiscard]] static Distribution matrixDistribution(const std::string& name, int inputs) {
        if (name == "emb.weight" || name.ends_with("rows.weight"))
            return {0, 1};
        const bool quiet = name.ends_with("key.weight") || name.ends_with("output.weight") ||
                           name.ends_with("ffn.value.weight") || name.ends_with("gate.weight");
        return {0, (quiet ? 0.5f : 1.0f) * std::sqrt(3.0f / static_cast<float>(inputs))};
    }

    [[nodiscard]] static Distribution vectorDistribution(const std::string& name) {
        for (const NamedDistribution& entry : kVectorDistributions)
            if (name.ends_with(entry.suffix))
                return entry.distribution;
        return kMixDistribution;
    }

    [[nodiscard]] Random generator(std::string_view name, std::size_t row) const {
        std::uint64_t hash = 0xCBF29CE484222325u ^ m_seed; // FNV-1a
        for (const char c : name)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
        return Random(hash + row * 0x9E3779B97F4A7C15u);
    }

    static void fill(Random& random, Distribution distribution, std::span<float> out) {
        const auto unit = [](std::uint64_t bits) {
            return static_cast<float>(bits & 0xFFFFFFu) * 0x1p-23f - 1.0f;
        };
        for (std::size_t i = 0; i < out.size(); i += 2) {
            const std::uint64_t bits = random.next(); // enough for two values
            out[i] = distribution.mean + distribution.spread * unit(bits >> 8);
            if (i + 1 < out.size())
                out[i + 1] = distribution.mean + distribution.spread * unit(bits >> 40);
        }
    }

    struct Filled {
        std::span<const std::byte> bytes;
        std::shared_ptr<const void> memory;
    };
    // A matrix, each row from its own numbers, so that threads make no difference.
    Filled filled(const std::string& name, int outputs, int inputs, bool isKept) {
        const auto rows = static_cast<std::size_t>(outputs);
        const std::size_t rowBytes = static_cast<std::size_t>(inputs) * bytesPerBlock(m_type);
        const std::size_t size = rows * rowBytes;
        std::shared_ptr<std::byte> memory;
        if (isKept && size >= kLeastWeightsInPlace) {
            memory = allocateWeights(size);
        } else { // it is converted or copied next, or is a small table
            auto scratch = std::make_shared<AlignedBuffer<std::byte>>(size);
            memory = {scratch, scratch->data()};
        }
        const Distribution distribution = matrixDistribution(name, inputs);
        m_pool.parallelFor(rows, 1, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r)
                fillRow(name, r, distribution, {memory.get() + r * rowBytes, rowBytes});
        });
        return {{memory.get(), size}, memory};
    }

    void fillRow(std::string_view name, std::size_t row, Distribution distribution,
                 std::span<std::byte> out) const {
        std::array<float, 512> block;
        Random random = generator(name, row);
        const std::size_t blockBytes = block.size() * bytesPerBlock(m_type);
        for (; !out.empty(); out = out.subspan(std::min(blockBytes, out.size()))) {
            const std::span<float> values =
                std::span(block).first(std::min(block.size(), out.size() / bytesPerBlock(m_type)));
            fill(random, distribution, values);
            // Cannot fail: the type is a floating one and the sizes agree.
            static_cast<void>(fromFloat32(m_type, values, out.first(values.size() * bytesPerBlock(m_type))));
        }
    }

    ModelConfig m_config;
    DataType m_type; // of what is not packed
    std::optional<DataType> m_packed;
    std::uint64_t m_seed;
    ThreadPool m_pool;
};

} // namespace

std::unique_ptr<TensorSource> randomSource(const ModelConfig& config, WeightType type, std::uint64_t seed) {
    return std::make_unique<RandomSource>(config, type, seed);
}

} // namespace engine
