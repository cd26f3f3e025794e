// config.h: what kind of model a checkpoint holds, and its sizes.
// Source:  docs/spec/rwkv-models.md section 7 (detection), docs/spec/enhanced-rwkv.md (enhancement),
//          docs/spec/rwkv-x.md (sparse attention).
// Threads: values.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/gate_source.h"
#include "engine/model/sparse_attention_config.h"
#include "engine/operations/enhancement/decayed_means.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

enum class Architecture { Rwkv5, Rwkv6, Rwkv7 }; // Rwkv5 is 5.2 "Eagle"

[[nodiscard]] std::string_view name(Architecture architecture); // "rwkv5.2", "rwkv6", "rwkv7"

struct EnhancementConfig {
    enum class Variant { None, Adaptive, ConvRouting, SourceGates };
    enum class Shift { Identity, Mlp };
    enum class Gate { Learned, Fixed };

    Variant variant = Variant::None;
    Shift shift = Shift::Identity; // Adaptive only
    Gate gate = Gate::Learned;     // Adaptive only
    bool layerNorm = true;
    int rank = 0;   // R: of the mlp shift, or of routing; 0 where there is none
    int kernel = 0; // K of the convolutional shift; 0 where there is none
    // What else is routed (ConvRouting; section 3a): means of the past, of which each keeps so much of itself
    // per token, and the embedding of this token and the one before.
    int scales = 0; // M
    std::array<float, kMostMeans> decays{};
    bool routesEmbedding = false;
    bool routesRows = false; // rows of a table of each layer's own, by this token and the one before
    // SourceGates: what has gates of its own, in the order of the file (section 3a).
    std::vector<GateSource> sources{};

    bool operator==(const EnhancementConfig&) const = default;
};
// Fills in rank and kernel where the kind has them and they are 0, as docs/spec/enhanced-rwkv.md sections 2
// to 3a choose them for a model of that width.
void chooseEnhancementSizes(EnhancementConfig& config, int width);

// The M of the specification: for files that name no decays, and for new gates.
inline constexpr std::array kUsualDecays{0.75f, 0.9f, 0.97f, 0.99f};
void useScales(EnhancementConfig& config);

// The JSON of the metadata key `inkgate.enhancement`, and back. Errors: FileDamaged.
[[nodiscard]] std::string toJson(const EnhancementConfig& config);
[[nodiscard]] Expected<EnhancementConfig> enhancementFromJson(std::string_view json);
// "none", "adaptive", "adaptive-mlp", "no-layernorm", "fixed-gate", "conv-routing", "multi-scale",
// "embedding-routing", "full-routing", "row-routing", "source-gates", ...: for people and file names.
[[nodiscard]] std::string describe(const EnhancementConfig& config);

struct ModelConfig {
    Architecture architecture = Architecture::Rwkv6;
    int layers = 0;      // L
    int width = 0;       // D, also written C
    int heads = 0;       // H
    int headSize = 0;    // N = D / H
    int feedForward = 0; // F
    int vocabulary = 0;  // V
    float groupNormEpsilon = 64e-5f;
    EnhancementConfig enhancement;
    SparseAttentionConfig sparse; // RWKV-7 with sparse blocks among its own is RWKV-X

    // RWKV blocks before each sparse one; 0 without these.
    [[nodiscard]] int sparseInterval() const { return sparse.blocks > 0 ? layers / sparse.blocks : 0; }

    // Detects architecture and sizes from a checkpoint's names and shapes.
    // Errors: UnsupportedArchitecture (named: RWKV-4, 5.0, 5.1, DeepEmbed), FileDamaged.
    [[nodiscard]] static Expected<ModelConfig> detect(const Checkpoint& checkpoint);
};

// "rwkv5.2", "rwkv6", "rwkv7", "rwkv-x": what a model as a whole is called.
[[nodiscard]] std::string_view architectureName(const ModelConfig& config);

} // namespace engine
