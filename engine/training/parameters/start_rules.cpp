#include "engine/training/parameters/start_rules.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace engine {

namespace {

void setUniform(std::span<float> values, double bound, Random& random) {
    for (float& value : values)
        value = static_cast<float>((2 * random.uniform() - 1) * bound);
}

// Makes `count` vectors of `length` orthonormal: Gram-Schmidt twice, since once loses orthogonality to
// rounding.
void orthonormalise(std::vector<double>& vectors, std::size_t count, std::size_t length) {
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
}

} // namespace

StartRule constantValues(double value) {
    return [value](std::span<float> values, auto, auto) {
        std::fill(values.begin(), values.end(), static_cast<float>(value));
    };
}

StartRule uniformValues(double bound) {
    return [bound](std::span<float> values, auto, Random random) { setUniform(values, bound, random); };
}

StartRule uniformFirstHalf(double bound) {
    return [bound](std::span<float> values, auto, Random random) {
        setUniform(values.first(values.size() / 2), bound, random);
    };
}

StartRule orthogonalValues(double gain) {
    return [gain](std::span<float> values, std::span<const std::int64_t> shape, Random random) {
        const auto rows = static_cast<std::size_t>(shape[0]), columns = static_cast<std::size_t>(shape[1]);
        const bool byRows = rows <= columns;
        const std::size_t count = std::min(rows, columns), length = std::max(rows, columns);
        std::vector<double> vectors(count * length);
        for (double& value : vectors)
            value = random.normal();
        orthonormalise(vectors, count, length);
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t x = 0; x < length; ++x)
                values[byRows ? i * length + x : x * count + i] =
                    static_cast<float>(gain * vectors[i * length + x]);
    };
}

StartRule perChannel(std::function<double(int n, double f, double h)> value) {
    return [value = std::move(value)](std::span<float> values, auto, auto) {
        const int width = static_cast<int>(values.size());
        for (int n = 0; n < width; ++n)
            values[static_cast<std::size_t>(n)] = static_cast<float>(
                value(n, static_cast<double>(n) / width, static_cast<double>(n) / std::max(1, width - 1)));
    };
}

StartRule constantRow(double value, std::int64_t row) {
    return [value, row](std::span<float> values, std::span<const std::int64_t> shape, auto) {
        const std::int64_t width = shape.back();
        if (row * width < static_cast<std::int64_t>(values.size()))
            std::fill_n(values.begin() + row * width, width, static_cast<float>(value));
    };
}

} // namespace engine
