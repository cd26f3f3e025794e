#include "tests/engine/formats/samples/sample_models.h"

#include <cstring>
#include <fcntl.h>
#include <numeric>
#include <stdexcept>
#include <unistd.h>

namespace samples {

namespace {

class Builder {
public:
    void add(const std::string& name, std::vector<std::int64_t> shape) {
        const auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        Tensor& tensor = m_tensors.emplace_back(Tensor{name, std::move(shape), {}});
        for (std::int64_t i = 0; i < count; ++i)
            tensor.values.push_back(static_cast<float>(nextLevel() - 8) / 64.0f);
    }
    void addDecay(const std::string& name, std::vector<std::int64_t> shape) {
        add(name, std::move(shape));
        for (float& value : m_tensors.back().values)
            value = value * 30 - 2; // -5.75 .. 1.28, as trained decays are
    }
    void setPrefix(std::string prefix) { m_prefix = std::move(prefix); }
    void addToBlock(const char* name, std::vector<std::int64_t> shape) {
        add(m_prefix + name, std::move(shape));
    }
    [[nodiscard]] const std::string& prefix() const { return m_prefix; }
    std::vector<Tensor> take() { return std::move(m_tensors); }

private:
    int nextLevel() { // the upper bits of a linear congruential generator
        m_state = m_state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<int>(m_state >> 60);
    }
    std::vector<Tensor> m_tensors;
    std::string m_prefix;
    std::uint64_t m_state = 42;
};

void addTimeMixing(Builder& b, Version version, const Sizes& s, bool isFirst) {
    const std::int64_t C = s.width(), R = s.rank;
    switch (version) {
    case Version::V5_2:
        for (const char* name : {"att.time_mix_k", "att.time_mix_v", "att.time_mix_r", "att.time_mix_g"})
            b.addToBlock(name, {1, 1, C});
        b.addDecay(b.prefix() + "att.time_decay", {s.heads, s.headSize});
        b.addToBlock("att.time_faaaa", {s.heads, s.headSize});
        break;
    case Version::V6:
        for (const char* name : {"att.time_maa_x", "att.time_maa_w", "att.time_maa_k", "att.time_maa_v",
                                 "att.time_maa_r", "att.time_maa_g"})
            b.addToBlock(name, {1, 1, C});
        b.addToBlock("att.time_maa_w1", {C, 5 * R});
        b.addToBlock("att.time_maa_w2", {5, R, C});
        b.addDecay(b.prefix() + "att.time_decay", {1, 1, C});
        b.addToBlock("att.time_decay_w1", {C, R});
        b.addToBlock("att.time_decay_w2", {R, C});
        b.addToBlock("att.time_faaaa", {s.heads, s.headSize});
        break;
    case Version::V7:
        for (const char* name : {"att.x_r", "att.x_w", "att.x_k", "att.x_v", "att.x_a", "att.x_g", "att.w0",
                                 "att.a0", "att.k_k", "att.k_a"})
            b.addToBlock(name, {1, 1, C});
        for (const char* name : {"att.w1", "att.a1", "att.g1"})
            b.addToBlock(name, {C, R});
        for (const char* name : {"att.w2", "att.a2", "att.g2"})
            b.addToBlock(name, {R, C});
        if (!isFirst) {
            b.addToBlock("att.v0", {1, 1, C});
            b.addToBlock("att.v1", {C, R});
            b.addToBlock("att.v2", {R, C});
        }
        b.addToBlock("att.r_k", {s.heads, s.headSize});
        break;
    }
    if (version != Version::V7)
        b.addToBlock("att.gate.weight", {C, C});
    for (const char* name :
         {"att.receptance.weight", "att.key.weight", "att.value.weight", "att.output.weight"})
        b.addToBlock(name, {C, C});
    for (const char* name : {"att.ln_x.weight", "att.ln_x.bias"})
        b.addToBlock(name, {C});
}

void addChannelMixing(Builder& b, Version version, const Sizes& s) {
    const std::int64_t C = s.width(), F = s.feedForward;
    if (version == Version::V7) {
        b.addToBlock("ffn.x_k", {1, 1, C});
    } else {
        b.addToBlock(version == Version::V6 ? "ffn.time_maa_k" : "ffn.time_mix_k", {1, 1, C});
        b.addToBlock(version == Version::V6 ? "ffn.time_maa_r" : "ffn.time_mix_r", {1, 1, C});
        b.addToBlock("ffn.receptance.weight", {C, C});
    }
    b.addToBlock("ffn.key.weight", {F, C});
    b.addToBlock("ffn.value.weight", {C, F});
}

} // namespace

std::vector<Tensor> officialModel(Version version, const Sizes& sizes) {
    const std::int64_t C = sizes.width();
    Builder b;
    b.add("emb.weight", {sizes.vocabulary, C});
    for (std::int64_t layer = 0; layer < sizes.layers; ++layer) {
        b.setPrefix("blocks." + std::to_string(layer) + ".");
        for (const char* name :
             {"ln0.weight", "ln0.bias", "ln1.weight", "ln1.bias", "ln2.weight", "ln2.bias"})
            if (layer == 0 || std::string_view(name).substr(0, 3) != "ln0")
                b.addToBlock(name, {C});
        addTimeMixing(b, version, sizes, layer == 0);
        addChannelMixing(b, version, sizes);
    }
    b.add("ln_out.weight", {C});
    b.add("ln_out.bias", {C});
    b.add("head.weight", {sizes.vocabulary, C});
    return b.take();
}

Tensor transposed(const Tensor& tensor) {
    Tensor result = tensor;
    const auto n = tensor.shape.size();
    const auto rows = static_cast<std::size_t>(tensor.shape[n - 2]),
               columns = static_cast<std::size_t>(tensor.shape[n - 1]);
    std::swap(result.shape[n - 2], result.shape[n - 1]);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        const std::size_t plane = i / (rows * columns), row = i / columns % rows, column = i % columns;
        result.values[(plane * columns + column) * rows + row] = tensor.values[i];
    }
    return result;
}

void appendBytes(Bytes& bytes, std::span<const std::byte> added) {
    const std::size_t before = bytes.size();
    bytes.resize(before + added.size());
    if (!added.empty())
        std::memcpy(bytes.data() + before, added.data(), added.size());
}

// Not through truncation to nothing, after which some file systems write to disk at every close.
void writeFile(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    const bool written =
        descriptor >= 0 &&
        ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
        ::ftruncate(descriptor, static_cast<off_t>(bytes.size())) == 0;
    if (descriptor < 0 || ::close(descriptor) != 0 || !written)
        throw std::runtime_error("cannot write the test's own file " + path.string());
}

} // namespace samples
