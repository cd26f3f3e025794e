// sparse_attention_config.h: what an RWKV-X model has besides its RWKV-7 blocks, and how its sparse attention
// is run.
// Source:  docs/spec/rwkv-x.md sections 1, 2 and 5. Chunk size and number of chunks are not stored in the
//          published files; ours have them in the metadata key `inkgate.sparse_attention`.
// Units:   tokens; a cache has an entry (a key and a value of every head) for each token.
// Threads: values.
#pragma once

#include "engine/core/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace engine {

class Checkpoint;

enum class SparseAttentionMode {
    PerHead, // as the weights were trained: each head chooses its chunks, in reading and writing alike
    Package, // as the package `rwkv-x` infers (section 3), to compare with it
};

struct SparseAttentionConfig {
    int blocks = 0;   // M; 0: a model without sparse attention
    int chunk = 2048; // B
    int chunks = 3;   // k: the own chunk and k - 1 chosen ones (Package: k chosen ones)
    // Of complete chunks, in each block; rounded down to whole chunks. 0: all are kept.
    std::int64_t cacheLimit = 65536;
    bool isHalf = true; // keys and values are kept as float16, else as float32
    SparseAttentionMode mode = SparseAttentionMode::PerHead;

    // Chunks that are kept besides the own one; 0: all.
    [[nodiscard]] int mostChunks() const { return static_cast<int>(cacheLimit / chunk); }

    bool operator==(const SparseAttentionConfig&) const = default;
};

inline constexpr int kLargestChunk = 1 << 20;
inline constexpr int kMostChosenChunks = 1024; // k

// What a caller wants otherwise than the file has it.
struct SparseAttentionOptions {
    std::optional<int> chunk, chunks;
    std::optional<std::int64_t> cacheLimit;
    std::optional<bool> isHalf;
    std::optional<SparseAttentionMode> mode;
};

// Errors: InvalidArgument (a chunk of 0 tokens, no chunks, a cache limit below one chunk), one sentence each.
[[nodiscard]] Expected<void> checkSparseAttention(const SparseAttentionConfig& config);
// `config` as it is run with `options`. Errors: as above. Of a model without sparse attention: `config`.
[[nodiscard]] Expected<SparseAttentionConfig> withOptions(SparseAttentionConfig config,
                                                          const SparseAttentionOptions& options);

// The JSON of the metadata key, and back: {"chunk": 2048, "chunks": 3}. Errors: FileDamaged.
[[nodiscard]] std::string toJson(const SparseAttentionConfig& config);
[[nodiscard]] Expected<SparseAttentionConfig> sparseAttentionFromJson(std::string_view json);

// Of a model of `layers` RWKV blocks. Errors: FileDamaged (blocks that do not divide the layers, a missing
// block, what the metadata may not say).
[[nodiscard]] Expected<SparseAttentionConfig> detectSparseAttention(const Checkpoint& checkpoint, int layers);

} // namespace engine
