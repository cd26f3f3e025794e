// model.h: a loaded model: configuration and typed weights, shared by all sequences that run on it.
// Threads: immutable after load(); shared freely.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/config.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace engine {

// In which type the matrices are kept. AsStored: float32, float16 and bfloat16 where they lie in the file,
// blocks as packed_weights.h says. Q8 and Q4 are the blocks Q8_0 and Q4_0, made from any type; what has no
// rows of whole blocks, and low-rank factors, are then float16. The embedding, of which a token reads one
// row, stays in the file always.
enum class WeightType { AsStored, Float32, Float16, BFloat16, Q8, Q4 };

struct ModelWeights; // weights.h
struct EnhancementWeights;
class TensorSource; // loading/tensor_source.h

class Model {
public:
    struct Options {
        WeightType weights = WeightType::AsStored;
        // Whether channel mixing's value matrix is column-major (linear.h), so that its weights of zeros are
        // left out.
        bool skipsZeros = true;
        // Of RWKV-X; other models have no use for it. Errors of load(): also InvalidArgument.
        SparseAttentionOptions sparse = {};
    };

    // A complete model, with or without enhancement tensors of its own.
    // Errors: those of Checkpoint::open, UnsupportedArchitecture, ShapeMismatch, OutOfMemory.
    [[nodiscard]] static Expected<std::shared_ptr<const Model>> load(const std::filesystem::path& path,
                                                                     const Options& options);
    // A base model with the gate of a second file. A gate file that carries another base's fingerprint:
    // GateMismatch. A `gate` file that is itself a complete model (it has emb.weight) is loaded instead of
    // the base.
    [[nodiscard]] static Expected<std::shared_ptr<const Model>>
    load(const std::filesystem::path& base, const std::filesystem::path& gate, const Options& options);
    // The same on a base that is loaded, with the options of then: its weights are shared, not read again.
    [[nodiscard]] static Expected<std::shared_ptr<const Model>>
    withGate(const std::shared_ptr<const Model>& base, const std::filesystem::path& gate);
    // Random weights of the given sizes, for benchmarks and tests. WeightType::AsStored means float32.
    [[nodiscard]] static Expected<std::shared_ptr<const Model>>
    random(const ModelConfig& config, const Options& options, std::uint64_t seed);
    ~Model();

    [[nodiscard]] const ModelConfig& config() const;
    [[nodiscard]] const ModelWeights& weights() const; // of the base, if it is one with a gate
    // One per layer; none without an enhancement.
    [[nodiscard]] std::span<const EnhancementWeights> enhancements() const;
    // Of the file or files it came from, which are read for it when first asked; "random-<seed>" for
    // random(). Errors: FileUnreadable (somebody has changed the file since).
    [[nodiscard]] const Expected<std::string>& fingerprint() const;
    // Of a base model with the gate of another file, which also runs as the base alone
    // (SequenceInput::usesEnhancement): that base. Else null.
    [[nodiscard]] const std::shared_ptr<const Model>& base() const;
    // Checkpoint::vocabulary() of the file it came from; absent for random().
    [[nodiscard]] const std::optional<StoredVocabulary>& storedVocabulary() const;
    [[nodiscard]] std::int64_t parameters() const;
    // Bytes of weights that decoding one token reads (the embedding counts one row).
    [[nodiscard]] std::int64_t bytesPerToken() const;

private:
    Model();
    struct Data;
    using CheckpointPointer = std::shared_ptr<const Checkpoint>;
    using Loaded = Expected<std::shared_ptr<const Model>>;
    [[nodiscard]] static std::shared_ptr<const Model> made(std::unique_ptr<const Data> data);
    [[nodiscard]] static Loaded complete(CheckpointPointer checkpoint, const Options& options);
    [[nodiscard]] static Loaded assembled(const ModelConfig& config, const Options& options,
                                          TensorSource& source, CheckpointPointer checkpoint,
                                          std::string fingerprint = {});
    [[nodiscard]] static Loaded gated(std::shared_ptr<const Model> base, const ModelConfig& config,
                                      CheckpointPointer gate);
    std::unique_ptr<const Data> m_data;
};

} // namespace engine
