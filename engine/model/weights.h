// weights.h: a model's parameters by meaning, ready for the forward pass.
// Source:  docs/spec/rwkv-models.md section 7, docs/spec/enhanced-rwkv.md section 5, docs/spec/rwkv-x.md
//          section 1. Upstream tensor names appear in load_weights.cpp only.
// Shapes:  C width, F feed-forward width, H heads, N head size, V vocabulary, R rank, of which each low-rank
//          map has its own. Matrices and low-rank factors keep the type chosen at load; all else is float32.
// Threads: immutable once loaded.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/rows/layer_norm.h"

#include <array>
#include <variant>
#include <vector>

namespace engine {

using Values = AlignedBuffer<float>;

struct NormWeights {
    Values weight, bias; // [C]

    [[nodiscard]] NormParameters parameters(float epsilon = 1e-5f) const {
        return {weight.data(), bias.data(), epsilon};
    }
};

// x · A, a function, · B, + bias.
struct LowRankWeights {
    LinearWeights down; // A, kept transposed [R, inputs]
    LinearWeights up;   // B [R, outputs], of which rows are added up; most have C
    Values bias;        // [outputs], or empty

    [[nodiscard]] int rank() const { return down.outputs(); }
};

struct Rwkv5TimeMixing {
    Values keyMix, valueMix, receptanceMix, gateMix;    // [C], the weight of the previous token
    Values decayLogit, bonus;                           // [C]; decay = exp(-exp(decayLogit))
    LinearWeights receptance, key, value, gate, output; // [C,C]
    NormWeights groupNorm;
};

struct Rwkv6TimeMixing {
    Values mixMix;                                      // [C], time_maa_x
    LinearWeights mixDown;                              // [5R,C]
    LinearWeights mixUp;                                // [5R,C], in the order of `mixes`
    std::array<Values, 5> mixes;                        // [C] each: decay, key, value, receptance, gate
    LowRankWeights decay;                               // tanh inside; its result is the decay's logit
    Values bonus;                                       // [C]
    LinearWeights receptance, key, value, gate, output; // [C,C]
    NormWeights groupNorm;

    [[nodiscard]] int mixRank() const { return mixDown.outputs() / 5; }
};

struct Rwkv7TimeMixing {
    Values receptanceMix, decayMix, keyMix, valueMix, rateMix, gateMix; // [C]
    LowRankWeights decay;      // tanh inside; decay = exp(-e^(-1/2) σ(result))
    LowRankWeights rate;       // in-context rate = σ(result)
    LowRankWeights firstValue; // share of layer 0's value = σ(result); absent (rank 0) in layer 0
    LowRankWeights gate;       // σ inside, no bias
    Values removalScale, rateScale, bonus;        // [C]: k_k, k_a, r_k
    LinearWeights receptance, key, value, output; // [C,C]
    NormWeights groupNorm;
};

struct ChannelMixingWeights {
    Values keyMix, receptanceMix; // [C], the weight of the previous token; receptanceMix empty in RWKV-7
    LinearWeights key;            // [F,C]
    LinearWeights value;          // [C,F]
    LinearWeights receptance;     // [C,C], empty in RWKV-7
};

struct AdaptiveGateWeights {
    LinearWeights gate;   // [C,C]; empty if the gate is fixed
    Values bias;          // [C]
    LowRankWeights shift; // the mlp shift; rank 0 for identity
};

struct ConvolutionalRoutingWeights {
    Values kernel;        // [K,C]
    Values position;      // [K,J,C]
    Values scale;         // [M,C], or empty
    Values embedding;     // [2,C]: of this token's and the one before; or empty
    LinearWeights rows;   // [V,2C]: a table, what each token adds to its own row and to the next; or empty
    LowRankWeights route; // from [h, s], 2C inputs; tanh inside
};

struct SourceGateWeights {
    Values source;        // [S,C]
    LowRankWeights route; // from [h[t], h[t-1]], 2C inputs, to a gate per source and group; tanh inside
};

struct EnhancementWeights {
    std::variant<std::monostate, AdaptiveGateWeights, ConvolutionalRoutingWeights, SourceGateWeights> kind;
    NormWeights norm; // empty without layer norm
};

struct LayerWeights {
    NormWeights timeMixingNorm, channelMixingNorm;
    std::variant<Rwkv5TimeMixing, Rwkv6TimeMixing, Rwkv7TimeMixing> timeMixing;
    ChannelMixingWeights channelMixing;
};

// A block of RWKV-X that attends to the past: docs/spec/rwkv-x.md section 1.
struct SparseBlockWeights {
    NormWeights attentionNorm, channelMixingNorm;
    LinearWeights query, key, value, output; // [C,C]
    ChannelMixingWeights channelMixing;
};

// Of the base model; shared by every gate that is put on it.
struct ModelWeights {
    LinearWeights embedding; // [V,C]
    NormWeights embeddingNorm;
    std::vector<LayerWeights> layers;
    std::vector<SparseBlockWeights> sparseBlocks; // M, of RWKV-X
    NormWeights outputNorm;
    LinearWeights head; // [V,C]
};

} // namespace engine
