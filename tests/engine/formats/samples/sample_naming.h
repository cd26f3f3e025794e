// sample_naming.h: sample models under the names, and the way round, that other programs give their tensors
// in safetensors files (docs/spec/formats.md section 2).
#pragma once

#include "tests/engine/formats/samples/sample_models.h"

#include <string_view>
#include <utility>
#include <vector>

namespace samples {

struct NamingConvention {
    using Renaming = std::pair<std::string_view, std::string_view>; // of a beginning

    std::string_view layers;                      // in place of "blocks."
    std::vector<Renaming> whole, inBlock;         // of names, and of what follows "blocks.N."
    std::vector<std::string_view> transposedEnds; // names whose last two dimensions are swapped

    [[nodiscard]] std::vector<Tensor> apply(const std::vector<Tensor>& official) const;
};

extern const NamingConvention kHuggingFace5; // of transformers' RWKV-5,
extern const NamingConvention kHuggingFace;  // and RWKV-6
extern const NamingConvention kFla;          // of flash-linear-attention's RWKV-7
extern const NamingConvention kWebRwkv5, kWebRwkv6, kWebRwkv7;

// As flash-linear-attention had it before: each block's six mixes in one tensor [6,1,1,C] or [6,C].
[[nodiscard]] std::vector<Tensor> withStackedMixes(const std::vector<Tensor>& fla, bool isFlat);

} // namespace samples
