#include "engine/training/parameters/start_values.h"

#include "engine/core/random.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace engine {

namespace {

// Each tensor draws from a generator of its own, so that adding tensors does not change the others.
Random generatorFor(const std::string& name, std::uint64_t seed) {
    std::uint64_t hash = 0xCBF29CE484222325u; // FNV-1a
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return Random(hash ^ (seed * 0x9E3779B97F4A7C15u));
}

void setUniform(std::span<float> values, double bound, Random random) {
    for (float& value : values)
        value = static_cast<float>((2 * random.uniform() - 1) * bound);
}

// Orthonormal rows (or columns, if there are more rows than columns) times gain: Gram-Schmidt on normal
// numbers, twice, since once loses orthogonality to rounding.
void setOrthogonal(std::span<float> values, int rows, int columns, double gain, Random random) {
    const bool byRows = rows <= columns;
    const auto count = static_cast<std::size_t>(byRows ? rows : columns);
    const auto length = static_cast<std::size_t>(byRows ? columns : rows);
    std::vector<double> vectors(count * length);
    for (double& value : vectors)
        value = random.normal();
    for (std::size_t i = 0; i < count; ++i) {
        double* v = vectors.data() + i * length;
        for (int pass = 0; pass < 2; ++pass)
            for (std::size_t j = 0; j < i; ++j) {
                const double* u = vectors.data() + j * length;
                double dot = 0;
                for (std::size_t x = 0; x < length; ++x)
                    dot += u[x] * v[x];
                for (std::size_t x = 0; x < length; ++x)
                    v[x] -= dot * u[x];
            }
        double norm = 0;
        for (std::size_t x = 0; x < length; ++x)
            norm += v[x] * v[x];
        norm = std::sqrt(norm);
        for (std::size_t x = 0; x < length; ++x)
            v[x] /= norm;
    }
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t x = 0; x < length; ++x)
            values[byRows ? i * length + x : x * count + i] =
                static_cast<float>(gain * vectors[i * length + x]);
}

} // namespace

void setStartValues(const ParameterLayout& layout, std::uint64_t seed, std::span<float> values) {
    const ModelConfig& m = layout.shape().model;
    const int width = m.width;
    std::fill(values.begin(), values.end(), 0.0f);

    const auto tensor = [&](std::size_t offset) {
        const auto& all = layout.parameters();
        const auto it = std::lower_bound(all.begin(), all.end(), offset,
                                         [](const Parameter& p, std::size_t at) { return p.offset < at; });
        return *it;
    };
    const auto span = [&](const Parameter& p) { return values.subspan(p.offset, p.size); };
    const auto fill = [&](std::size_t offset, double value) {
        if (offset == LayerOffsets::kAbsent)
            return;
        const auto s = span(tensor(offset));
        std::fill(s.begin(), s.end(), static_cast<float>(value));
    };
    const auto orthogonal = [&](std::size_t offset, double gain) {
        const Parameter p = tensor(offset);
        setOrthogonal(span(p), static_cast<int>(p.shape[0]), static_cast<int>(p.shape[1]), gain,
                      generatorFor(p.name, seed));
    };
    const auto uniform = [&](std::size_t offset, double bound) {
        const Parameter p = tensor(offset);
        setUniform(span(p), bound, generatorFor(p.name, seed));
    };
    // value(f, h): f = n / C, h = n / (C - 1), n = channel.
    const auto perChannel = [&](std::size_t offset, const std::function<double(int, double, double)>& value) {
        for (int n = 0; n < width; ++n)
            values[offset + static_cast<std::size_t>(n)] = static_cast<float>(
                value(n, static_cast<double>(n) / width, static_cast<double>(n) / std::max(1, width - 1)));
    };

    uniform(layout.embedding, 1e-4);
    orthogonal(layout.head,
               m.vocabulary > width ? 0.5 * std::sqrt(static_cast<double>(m.vocabulary) / width) : 0.5);
    fill(layout.ln0Weight, 1);
    fill(layout.lnOutWeight, 1);
    for (int l = 0; l < m.layers; ++l) {
        const LayerOffsets& o = layout.layer(l);
        const double rho = m.layers > 1 ? static_cast<double>(l) / (m.layers - 1) : 0;
        const double eta = 1 - static_cast<double>(l) / m.layers;
        fill(o.ln1Weight, 1);
        fill(o.ln2Weight, 1);
        fill(o.groupNormWeight, std::pow((1.0 + l) / m.layers, 0.7));
        const std::size_t row = alignedSize(static_cast<std::size_t>(width));
        const auto plain = [&](int, double f, double) { return 1 - std::pow(f, eta); };
        perChannel(o.mixX, plain);
        perChannel(o.mixes, plain);       // w
        perChannel(o.mixes + row, plain); // k
        perChannel(o.mixes + 2 * row,     // v
                   [&](int, double f, double) { return 1 - (std::pow(f, eta) + 0.3 * rho); });
        for (const std::size_t j : {3, 4}) // r, g
            perChannel(o.mixes + j * row, [&](int, double f, double) { return 1 - std::pow(f, eta / 2); });
        for (const std::size_t offset : {o.channelMixKey, o.channelMixReceptance})
            perChannel(offset, [&](int, double f, double) { return 1 - std::pow(f, eta * eta * eta); });
        uniform(o.mixUp, 0.01);
        uniform(o.decayUp, 0.01);
        perChannel(o.decay, [&](int, double, double h) { return -6 + 5 * std::pow(h, 0.7 + 1.3 * rho); });
        perChannel(o.bonus, [&](int n, double, double h) { return rho * (1 - h) + 0.1 * ((n + 1) % 3 - 1); });
        orthogonal(o.receptance, 1);
        orthogonal(o.value, 1);
        orthogonal(o.channelKey, 1);
        orthogonal(o.key, 0.1);
        orthogonal(o.gate, 0.1);
        // The output matrices, the channel receptance, maa_w1 and decay_w1 stay 0.

        fill(o.gateBias, -2);
        fill(o.routeBias, -2);
        fill(o.normWeight, 1);
        if (o.shiftDown != LayerOffsets::kAbsent) // B starts at 0, so A must not
            uniform(o.shiftDown, 1 / std::sqrt(static_cast<double>(width)));
        if (o.convWeight != LayerOffsets::kAbsent) {
            perChannel(o.convWeight, [](int, double, double) { return 1.0; }); // k = 1; the others stay 0
            const Parameter u = tensor(o.routeDown);                           // second half stays 0
            setUniform(span(u).first(u.size / 2), 1 / std::sqrt(static_cast<double>(width)),
                       generatorFor(u.name, seed));
        }
    }
}

} // namespace engine
