// distinct_inputs.h: the distinct x of a batch of products, for copies of them that stand one after another.
// Threads: one fills it; then any read it.
#pragma once

#include "engine/operations/products/linear/linear.h"

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace engine {

class DistinctInputs {
public:
    explicit DistinctInputs(int tokens)
        : m_tokens(static_cast<std::size_t>(tokens)) {}

    void add(const LinearJob& job) {
        if (find(job) == nullptr)
            m_inputs[m_count++] = {job, std::exchange(m_size, m_size + m_tokens * columns(job))};
    }
    [[nodiscard]] std::size_t size() const { return m_size; } // in elements
    [[nodiscard]] std::size_t offset(const LinearJob& job) const { return find(job)->offset; }
    // Calls copy(x, columns, offset) for every row of every x.
    template <class Copy> void forEachRow(std::size_t tokenBegin, std::size_t tokenEnd, Copy&& copy) const {
        for (const Input& input : inputs())
            for (std::size_t t = tokenBegin; t < tokenEnd; ++t)
                copy(input.job.x + t * static_cast<std::size_t>(input.job.xStride), columns(input.job),
                     input.offset + t * columns(input.job));
    }

private:
    struct Input {
        LinearJob job;
        std::size_t offset = 0;
    };
    static std::size_t columns(const LinearJob& job) { return static_cast<std::size_t>(job.weights.columns); }
    [[nodiscard]] std::span<const Input> inputs() const { return std::span(m_inputs).first(m_count); }
    [[nodiscard]] const Input* find(const LinearJob& job) const {
        for (const Input& input : inputs())
            if (input.job.x == job.x && input.job.xStride == job.xStride &&
                input.job.weights.columns == job.weights.columns)
                return &input;
        return nullptr;
    }

    std::size_t m_tokens;
    std::size_t m_size = 0;
    std::size_t m_count = 0;
    std::array<Input, kMostJobs> m_inputs;
};

} // namespace engine
