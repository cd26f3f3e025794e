// earlier_rows.h: the rows of the residual stream before the first one of a step, which an enhancement's
// state keeps.
// Shapes:  E rows, D width; earlier [E,D]: h[t-1] .. h[t-E] of the first token t, newest first.
// Source:  docs/spec/enhanced-rwkv.md section 1.
#pragma once

#include <cstddef>

namespace engine {

struct EarlierRows {
    int rows = 0; // E
    float* values = nullptr;

    // h[t-k] of a step's token t, where 1 <= k <= E; stream [T,D].
    [[nodiscard]] const float* before(const float* stream, std::size_t width, std::size_t t,
                                      std::size_t k) const {
        return t >= k ? stream + (t - k) * width : values + (k - t - 1) * width;
    }
    // Makes them those of the token after `tokens` more.
    void advance(const float* stream, std::size_t width, std::size_t tokens) const;
};

} // namespace engine
