// block_plan.h: what half-blocks are built from: the sizes of a pass, the places of the model's tensors,
// their buffers, and their share of what a sequence carries.
// A half-block names its tensors and buffers in its own struct; nothing else lists them.
// Threads: used while a pass is built; owns its buffers for as long as it lives.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/parameters/parameter_layout.h"

#include <cassert>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <type_traits>

namespace engine {

class BlockPlan {
public:
    // Room for `sequences` windows of `tokens` tokens.
    BlockPlan(const ParameterLayout& layout, int sequences, int tokens);
    BlockPlan(const BlockPlan&) = delete; // half-blocks point into it

    [[nodiscard]] const PassSizes& sizes() const { return m_sizes; }
    [[nodiscard]] const ModelConfig& config() const { return m_layout.shape().model; }
    [[nodiscard]] const ParameterLayout& layout() const { return m_layout; }

    // A tensor that the layout must have: its offset, or its last two dimensions as a matrix.
    [[nodiscard]] std::size_t vector(const std::string& tensor) const;
    [[nodiscard]] WeightMatrix matrix(const std::string& tensor) const;

    // A zeroed buffer of the product of `dimensions`, this caller's own: for what a layer keeps from forward
    // for backward.
    template <class T, class... Dimensions> [[nodiscard]] T* kept(Dimensions... dimensions) {
        m_kept.emplace_back(count(dimensions...) * sizeof(T));
        return reinterpret_cast<T*>(m_kept.back().data());
    }
    // The same, shared by all that ask by that name: scratch of one layer after another, or what layers hand
    // on.
    template <class T, class... Dimensions>
    [[nodiscard]] T* shared(const std::string& name, Dimensions... dimensions) {
        AlignedBuffer<std::byte>& buffer = m_shared[name];
        const std::size_t bytes = count(dimensions...) * sizeof(T);
        if (buffer.size() == 0)
            buffer.resize(bytes);
        assert(buffer.size() == bytes);
        return reinterpret_cast<T*>(buffer.data());
    }

    // So many values more in the state that each sequence carries; returns where they stand.
    [[nodiscard]] std::size_t carry(std::size_t values);
    [[nodiscard]] std::size_t carriedValues() const { return m_carried; }

private:
    template <class... Dimensions> static std::size_t count(Dimensions... dimensions) {
        return (static_cast<std::size_t>(dimensions) * ...);
    }

    const ParameterLayout& m_layout;
    PassSizes m_sizes;
    std::deque<AlignedBuffer<std::byte>> m_kept;
    std::map<std::string, AlignedBuffer<std::byte>> m_shared;
    std::size_t m_carried = 0;
};

// "blocks.3.", and of a sparse block "moba.3."
[[nodiscard]] std::string blockPrefix(int layer);
[[nodiscard]] std::string sparseBlockPrefix(int index);

} // namespace engine
