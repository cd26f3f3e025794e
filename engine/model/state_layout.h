// state_layout.h: where each layer's parts of a sequence's state stand in its one buffer of float32.
// Source:  docs/spec/rwkv-models.md section 6; the enhancement's rows: docs/spec/enhanced-rwkv.md section 1.
// Layout:  embedding [D]  of the token before, of models that route it; then, for each layer l, in this order
//   attentionShift [D]      the last ln1 output
//   wkv            [H,N,N]  v5, v6: [head][key][value]; v7: [head][value][key]
//   feedForwardShift [D]    the last ln2 output
//   enhancement    [E,D]    h[t-1] .. h[t-E] before enhancement, newest first; E is 0 without an enhancement,
//                           1 for the adaptive gate, K for routing, the farthest of source-gates' sources
//   means          [M,D]    of routing with scales and of sources that are means, before the next token
//   tokenRow       [D]      of row-routing: what the token before adds to the next row
// and, of RWKV-X, behind each layer that a sparse block follows (docs/spec/rwkv-x.md)
//   sparseShift    [D]      the last ln2 output of the sparse block
//   keySum         [D]      sum of the keys of the chunk that is not yet complete
//   votes          [V]      what each complete chunk that is kept was given by those who read it; V is 0
//                           where all chunks are kept
// The chunks' keys and values themselves stand in pages of their own
// (engine/runtime/state/attention_cache.h).
// Units:   elements.
#pragma once

#include "engine/model/config.h"
#include "engine/model/enhancement_state.h"
#include "engine/operations/attention/attention_page.h"

#include <cstddef>

namespace engine {

// Of no size for a model without sparse attention.
[[nodiscard]] inline AttentionShape attentionShape(const ModelConfig& config) {
    return config.sparse.blocks > 0
               ? AttentionShape{config.heads, config.headSize, config.sparse.chunk, config.sparse.isHalf}
               : AttentionShape{};
}

struct StateLayout {
    StateLayout() = default; // of no model
    explicit StateLayout(const ModelConfig& config)
        : layers(static_cast<std::size_t>(config.layers))
        , width(static_cast<std::size_t>(config.width))
        , wkvSize(width * static_cast<std::size_t>(config.headSize))
        , enhancementRows(static_cast<std::size_t>(engine::enhancementRows(config.enhancement)))
        , meanRows(static_cast<std::size_t>(engine::meanRows(config.enhancement)))
        , tokenRows(static_cast<std::size_t>(engine::tokenRows(config.enhancement)))
        , embeddingRows(static_cast<std::size_t>(engine::embeddingRows(config.enhancement)))
        , sparseBlocks(static_cast<std::size_t>(config.sparse.blocks))
        , sparseInterval(static_cast<std::size_t>(config.sparseInterval()))
        , votes(config.sparse.blocks > 0 ? static_cast<std::size_t>(config.sparse.mostChunks()) : 0)
        , attention(attentionShape(config)) {}

    std::size_t layers = 0, width = 0, wkvSize = 0, enhancementRows = 0, meanRows = 0, tokenRows = 0,
                embeddingRows = 0;
    std::size_t sparseBlocks = 0, sparseInterval = 0, votes = 0;
    AttentionShape attention; // of a page, in each sparse block

    [[nodiscard]] std::size_t layerSize() const {
        return (2 + enhancementRows + meanRows + tokenRows) * width + wkvSize;
    }
    // Where the layer's part begins; of one layer more, the end.
    [[nodiscard]] std::size_t layerBegin(std::size_t layer) const {
        return embeddingRows * width + layer * layerSize() + sparseBlocksBefore(layer) * sparseSize();
    }
    [[nodiscard]] std::size_t sparseBlocksBefore(std::size_t layer) const {
        return sparseInterval > 0 ? layer / sparseInterval : 0;
    }
    [[nodiscard]] std::size_t sparseSize() const { return 2 * width + votes; }
    [[nodiscard]] std::size_t size() const { return layerBegin(layers); }
    // Within a layer's part.
    [[nodiscard]] std::size_t wkv() const { return width; }
    [[nodiscard]] std::size_t feedForwardShift() const { return width + wkvSize; }
    [[nodiscard]] std::size_t enhancement() const { return 2 * width + wkvSize; }
    [[nodiscard]] std::size_t means() const { return enhancement() + enhancementRows * width; }
    [[nodiscard]] std::size_t tokenRow() const { return means() + meanRows * width; }
    [[nodiscard]] std::size_t sparseShift() const { return layerSize(); }
    [[nodiscard]] std::size_t keySum() const { return layerSize() + width; }
    // Of a sparse block, from the state's beginning.
    [[nodiscard]] std::size_t votesOf(std::size_t block) const {
        return layerBegin((block + 1) * sparseInterval) - votes;
    }

    bool operator==(const StateLayout&) const = default;
};

} // namespace engine
