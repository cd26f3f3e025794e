#include "engine/training/adamw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace engine {

namespace {

// Work is cut into blocks whatever the number of threads, and block norms are added in order: the same sum
// everywhere.
constexpr std::size_t kBlock = 1 << 16;

} // namespace

std::string_view name(LearningRateDecay decay) {
    switch (decay) {
    case LearningRateDecay::Cosine: return "cosine";
    case LearningRateDecay::Linear: return "linear";
    }
    return "unknown";
}

float LearningRateSchedule::at(double step) const {
    const float warm =
        warmup > 0
            ? std::min(1.0f, 0.01f + 0.99f * static_cast<float>(step - begin) / static_cast<float>(warmup))
            : 1.0f;
    // From 0 at `from` to 1 at the end.
    const auto progress = [&](double from) {
        return std::clamp(static_cast<float>(step - from) / static_cast<float>(std::max(1.0, steps - from)),
                          0.0f, 1.0f);
    };
    if (decay == LearningRateDecay::Linear)
        return warm * std::lerp(first, last, progress(std::max(warmup, std::floor(steps / 2))));
    const float ratio = last / first;
    return warm * first *
           ((0.5f + ratio / 2) + (0.5f - ratio / 2) * std::cos(std::numbers::pi_v<float> * progress(warmup)));
}

AdamW::AdamW(const ParameterLayout& layout, const AdamWSettings& settings, bool (*takes)(const Parameter&))
    : m_settings(settings)
    , m_first(layout.size())
    , m_second(layout.size()) {
    for (const Parameter& p : layout.parameters()) {
        if (p.use != TensorUse::Trained)
            continue;
        const float scale = p.learningRateScale * (isOfEnhancement(p) ? settings.enhancementScale : 1.0f);
        for (std::size_t at = 0; at < p.size; at += kBlock)
            m_groups.push_back({p.offset + at, p.offset + std::min(at + kBlock, p.size), scale,
                                p.decays ? settings.weightDecay : 0.0f, takes == nullptr || takes(p)});
    }
    m_blockNorms.resize(m_groups.size());
}

double AdamW::step(std::span<float> parameters, std::span<const std::span<float>> gradients, const Step& step,
                   ThreadPool& pool) {
    float* g = gradients[0].data();
    pool.parallelFor(m_groups.size(), 1, [&](std::size_t first, std::size_t last) {
        for (std::size_t b = first; b < last; ++b) {
            const auto [begin, end, scale, decay, isTaken] = m_groups[b];
            for (std::size_t replica = 1; replica < gradients.size(); ++replica) {
                const float* other = gradients[replica].data();
                for (std::size_t i = begin; i < end; ++i)
                    g[i] += other[i];
            }
            double sums[8] = {}; // eight lanes, so that the additions vectorise and keep their order
            std::size_t i = begin;
            for (; i + 8 <= end; i += 8)
                for (std::size_t lane = 0; lane < 8; ++lane)
                    sums[lane] += static_cast<double>(g[i + lane]) * g[i + lane];
            for (; i < end; ++i)
                sums[0] += static_cast<double>(g[i]) * g[i];
            m_blockNorms[b] =
                ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
        }
    });
    double norm = 0;
    for (const double block : m_blockNorms)
        norm += block;
    norm = std::sqrt(norm);
    if (!std::isfinite(norm))
        return norm;

    ++m_steps;
    m_clip = norm > m_settings.clip ? static_cast<float>(m_settings.clip / norm) : 1.0f;
    const float correction1 = 1 - std::pow(m_settings.beta1, static_cast<float>(m_steps));
    const float correction2 = 1 - std::pow(m_settings.beta2, static_cast<float>(m_steps));
    pool.parallelFor(m_groups.size(), 1, [&](std::size_t first, std::size_t last) {
        const float beta1 = m_settings.beta1, beta2 = m_settings.beta2, epsilon = m_settings.epsilon;
        const float rootCorrection = std::sqrt(correction2);
        float* const p = parameters.data();
        float* const m = m_first.data();
        float* const v = m_second.data();
        for (std::size_t b = first; b < last; ++b) {
            const auto [begin, end, scale, decay, isTaken] = m_groups[b];
            if (!isTaken)
                continue;
            const float rate = step.learningRate * scale, stepSize = rate * rootCorrection / correction1;
            const float keep = 1 - rate * (decay * step.weightDecayShare);
            for (std::size_t i = begin; i < end; ++i) {
                const float gradient = g[i] * m_clip;
                m[i] = beta1 * m[i] + (1 - beta1) * gradient;
                v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
                p[i] = p[i] * keep - stepSize * m[i] / (std::sqrt(v[i]) + epsilon * rootCorrection);
            }
        }
    });
    return norm;
}

} // namespace engine
