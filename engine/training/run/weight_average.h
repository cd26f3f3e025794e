// weight_average.h: the mean of a model's weights over the last steps of its training, which is often better
// than the last weights: it leaves out what the last batches pulled them to.
// Source:  docs/spec/training.md.
// Threads: one caller at a time; add() is spread over a pool, to the same values for any number of threads.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace engine {

class WeightAverage {
public:
    explicit WeightAverage(std::size_t size)
        : m_mean(size) {}

    // `parameters` [size] get the same weight in the mean as all before.
    void add(std::span<const float> parameters, ThreadPool& pool);

    [[nodiscard]] std::int64_t count() const { return m_count; } // of what was added
    [[nodiscard]] std::span<const float> mean() const { return m_mean.span(); }

    // For checkpoints.
    [[nodiscard]] std::span<float> values() { return m_mean.span(); }
    void setCount(std::int64_t count) { m_count = count; }

private:
    AlignedBuffer<float> m_mean; // a running one: a sum of many weights would lose their last digits
    std::int64_t m_count = 0;
};

// What the end of a training made of it, as checkpoint and model keep it.
struct WeightChoice {
    std::int64_t averagedSteps = 0;
    double lastBitsPerByte = 0, meanBitsPerByte = 0; // on the validation text

    [[nodiscard]] bool isMeanBetter() const { return meanBitsPerByte < lastBitsPerByte; }
};

// {"kept": "mean", "averaged_steps": 200, "last": 1.25, "mean": 1.24}, the last two in bits per byte.
[[nodiscard]] std::string toJson(const WeightChoice& choice);
// Errors: FileDamaged.
[[nodiscard]] Expected<WeightChoice> weightChoiceFromJson(const std::string& json);

} // namespace engine
