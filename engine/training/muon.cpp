#include "engine/training/muon.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

namespace engine {

namespace {

constexpr int kSteps = 5;
constexpr std::size_t kRowsOfThread = 16; // at least; fewer are done before a thread has woken up
// Chosen (see the source) so that five steps bring singular values from 0.001 to 1 near 1, and quickly so,
// not so that they converge to it.
constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;

constexpr std::array<std::string_view, 8> kMatrices{
    "att.receptance.weight", "att.key.weight",        "att.value.weight", "att.output.weight",
    "att.gate.weight",       "ffn.receptance.weight", "ffn.key.weight",   "ffn.value.weight"};

// C = A B, or C += A B.
Expected<void> product(int m, int n, int k, bool transposeB, bool accumulate, const float* a, const float* b,
                       float* c, ThreadPool& pool, ProductScratch& scratch) {
    ProductShape shape;
    shape.m = m;
    shape.n = n;
    shape.k = k;
    shape.transposeB = transposeB;
    shape.accumulate = accumulate;
    return multiply(shape, a, b, c, pool, scratch);
}

} // namespace

bool Muon::takes(const Parameter& parameter) {
    const bool isOfBlock = parameter.name.starts_with("blocks.") || parameter.name.starts_with("moba.");
    return parameter.use == TensorUse::Trained && isOfBlock && parameter.shape.size() == 2 &&
           std::ranges::any_of(kMatrices,
                               [&](std::string_view end) { return parameter.name.ends_with(end); });
}

Muon::Muon(const ParameterLayout& layout) {
    std::size_t largest = 0, largestGram = 0;
    for (const Parameter& p : layout.parameters()) {
        if (!takes(p))
            continue;
        const Matrix matrix{p.offset, static_cast<int>(p.shape[0]), static_cast<int>(p.shape[1])};
        const auto narrow = static_cast<std::size_t>(std::min(matrix.outputs, matrix.inputs));
        largest = std::max(largest, matrix.size());
        largestGram = std::max(largestGram, narrow * narrow);
        m_matrices.push_back(matrix);
    }
    m_direction.resize(largest);
    m_next.resize(largest);
    m_gram.resize(largestGram);
    m_both.resize(largestGram);
}

// M, and B in m_direction: as the matrix stands, or transposed if it has more outputs than inputs, so that
// X Xᵀ is the smaller square.
void Muon::updateMomentum(const Matrix& matrix, std::span<const float> gradients, std::span<float> momenta,
                          const Step& step, ThreadPool& pool) {
    const auto outputs = static_cast<std::size_t>(matrix.outputs);
    const auto inputs = static_cast<std::size_t>(matrix.inputs);
    const bool isTransposed = outputs > inputs;
    float* const direction = m_direction.data();
    m_squares.assign(outputs, 0);
    pool.parallelFor(outputs, kRowsOfThread, [&](std::size_t begin, std::size_t end) {
        for (std::size_t o = begin; o < end; ++o)
            for (std::size_t i = 0; i < inputs; ++i) {
                const std::size_t at = matrix.offset + o * inputs + i;
                const float gradient = gradients[at] * step.clip;
                float& momentum = momenta[at];
                momentum = step.momentum * momentum + (1 - step.momentum) * gradient;
                const float wanted = (1 - step.momentum) * gradient + step.momentum * momentum;
                direction[isTransposed ? i * outputs + o : o * inputs + i] = wanted;
                m_squares[o] += static_cast<double>(wanted) * wanted;
            }
    });
    const double squares = std::accumulate(m_squares.begin(), m_squares.end(), 0.0);
    const auto scale = static_cast<float>(1 / (std::sqrt(squares) + 1e-7));
    for (float& value : m_direction.span().first(matrix.size()))
        value *= scale;
}

Expected<void> Muon::orthogonalise(int rows, int columns, ThreadPool& pool) {
    const std::size_t size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    const std::size_t gramSize = static_cast<std::size_t>(rows) * static_cast<std::size_t>(rows);
    for (int step = 0; step < kSteps; ++step) {
        float* const x = m_direction.data();
        float* const gram = m_gram.data();
        float* const both = m_both.data();
        if (auto done = product(rows, rows, columns, true, false, x, x, gram, pool, m_scratch); !done)
            return done;
        if (auto done = product(rows, rows, rows, false, false, gram, gram, both, pool, m_scratch); !done)
            return done;
        for (std::size_t i = 0; i < gramSize; ++i)
            both[i] = kB * gram[i] + kC * both[i];
        float* const next = m_next.data();
        for (std::size_t i = 0; i < size; ++i)
            next[i] = kA * x[i];
        if (auto done = product(rows, columns, rows, false, true, both, x, next, pool, m_scratch); !done)
            return done;
        std::swap(m_direction, m_next);
    }
    return {};
}

void Muon::move(const Matrix& matrix, std::span<float> parameters, const Step& step, ThreadPool& pool) const {
    const auto outputs = static_cast<std::size_t>(matrix.outputs);
    const auto inputs = static_cast<std::size_t>(matrix.inputs);
    const bool isTransposed = outputs > inputs;
    const float scale = std::sqrt(std::max(1.0f, static_cast<float>(outputs) / static_cast<float>(inputs)));
    const float* const directions = m_direction.data();
    pool.parallelFor(outputs, kRowsOfThread, [&](std::size_t begin, std::size_t end) {
        for (std::size_t o = begin; o < end; ++o)
            for (std::size_t i = 0; i < inputs; ++i) {
                const float direction = scale * directions[isTransposed ? i * outputs + o : o * inputs + i];
                float& weight = parameters[matrix.offset + o * inputs + i];
                const float decay = direction * weight > 0 ? step.weightDecay * weight : 0.0f;
                weight -= step.learningRate * (direction + decay);
            }
    });
}

Expected<void> Muon::step(std::span<float> parameters, std::span<const float> gradients,
                          std::span<float> momenta, const Step& step, ThreadPool& pool) {
    for (const Matrix& matrix : m_matrices) {
        updateMomentum(matrix, gradients, momenta, step, pool);
        const auto [rows, columns] = std::minmax(matrix.outputs, matrix.inputs);
        if (auto done = orthogonalise(rows, columns, pool); !done)
            return done;
        move(matrix, parameters, step, pool);
    }
    return {};
}

} // namespace engine
