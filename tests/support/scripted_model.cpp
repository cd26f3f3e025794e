#include "tests/support/scripted_model.h"

#include "engine/core/random.h"
#include "engine/formats/safetensors/safetensors_writer.h"

#include <algorithm>
#include <string>

namespace support {

namespace {

constexpr int kWidth = 128; // rows of random signs are then nearly orthogonal
constexpr int kHeadSize = 64;
constexpr int kFeedForward = 32;

class Writer {
public:
    void add(const std::string& name, std::vector<std::int64_t> shape, const std::vector<float>& values) {
        m_failed |=
            !m_writer.addFloat32(name, engine::DataType::Float32, std::move(shape), values).has_value();
    }
    void add(const std::string& name, std::vector<std::int64_t> shape, float value) {
        std::size_t size = 1;
        for (const std::int64_t dimension : shape)
            size *= static_cast<std::size_t>(dimension);
        add(name, std::move(shape), std::vector<float>(size, value));
    }
    void addNorm(const std::string& name) {
        add(name + ".weight", {kWidth}, 1.0f);
        add(name + ".bias", {kWidth}, 0.0f);
    }
    [[nodiscard]] bool write(const std::filesystem::path& path) const {
        return !m_failed && m_writer.write(path).has_value();
    }

private:
    engine::SafetensorsWriter m_writer;
    bool m_failed = false;
};

} // namespace

std::shared_ptr<const engine::Model> scriptedModel(const std::vector<int>& successors,
                                                   const std::filesystem::path& folder, int vocabulary) {
    const int rows = std::max(vocabulary, static_cast<int>(successors.size()));
    const auto width = static_cast<std::size_t>(kWidth);
    engine::Random random(1);
    std::vector<float> embedding(static_cast<std::size_t>(rows) * width);
    for (float& value : embedding)
        value = random.uniform() < 0.5 ? -1.0f : 1.0f;
    std::vector<float> head(embedding.size(), 0.0f);
    for (std::size_t token = 0; token < successors.size(); ++token)
        for (std::size_t c = 0; successors[token] >= 0 && c < width; ++c)
            head[static_cast<std::size_t>(successors[token]) * width + c] +=
                0.25f * embedding[token * width + c];

    Writer writer;
    writer.add("emb.weight", {rows, kWidth}, embedding);
    writer.add("head.weight", {rows, kWidth}, head);
    for (const char* norm : {"blocks.0.ln0", "blocks.0.ln1", "blocks.0.ln2", "ln_out", "blocks.0.att.ln_x"})
        writer.addNorm(norm);
    for (const char* name : {"x", "w", "k", "v", "r", "g"})
        writer.add(std::string("blocks.0.att.time_maa_") + name, {1, 1, kWidth}, 0.5f);
    writer.add("blocks.0.att.time_maa_w1", {kWidth, 10}, 0.0f);
    writer.add("blocks.0.att.time_maa_w2", {5, 2, kWidth}, 0.0f);
    writer.add("blocks.0.att.time_decay", {1, 1, kWidth}, -1.0f);
    writer.add("blocks.0.att.time_decay_w1", {kWidth, 2}, 0.0f);
    writer.add("blocks.0.att.time_decay_w2", {2, kWidth}, 0.0f);
    writer.add("blocks.0.att.time_faaaa", {kWidth / kHeadSize, kHeadSize}, 0.0f);
    for (const char* name : {"receptance", "key", "value", "gate", "output"})
        writer.add(std::string("blocks.0.att.") + name + ".weight", {kWidth, kWidth}, 0.0f);
    writer.add("blocks.0.ffn.time_maa_k", {1, 1, kWidth}, 0.5f);
    writer.add("blocks.0.ffn.time_maa_r", {1, 1, kWidth}, 0.5f);
    writer.add("blocks.0.ffn.key.weight", {kFeedForward, kWidth}, 0.0f);
    writer.add("blocks.0.ffn.value.weight", {kWidth, kFeedForward}, 0.0f);
    writer.add("blocks.0.ffn.receptance.weight", {kWidth, kWidth}, 0.0f);
    const std::filesystem::path path = folder / "scripted.safetensors";
    if (!writer.write(path))
        return nullptr;
    const auto model = engine::Model::load(path, {});
    return model ? *model : nullptr;
}

} // namespace support
