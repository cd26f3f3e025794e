// model_options.h: --model, --gate, --vocab, --type and those of RWKV-X, and the model they name.
// Threads: main() only.
#pragma once

#include "engine/core/error.h"
#include "engine/model/model.h"
#include "engine/model/model_tokenizer.h"
#include "engine/model/named_model.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace engine {

struct ModelOptions {
    std::string model = "tales"; // an embedded model's name, or a path
    std::string gate = "none";   // "none", a name beside the model, or a path
    std::string tokenizer;       // a path; empty: see model_tokenizer.h
    std::string type = "stored"; // stored, f32, f16, bf16, q8, q4
    SparseAttentionOptions sparse;
    std::string sparseAttention = "per-head"; // per-head, package
    std::string cacheType = "f16";            // f16, f32
};

// Each command takes those of these that mean something to it.
void addModelOption(CLI::App& command, ModelOptions& options);
void addGateOption(CLI::App& command, ModelOptions& options);
void addTokenizerOption(CLI::App& command, ModelOptions& options);
void addTypeOption(CLI::App& command, ModelOptions& options);
// --sparse-attention, --chunk-size, --chunk-count, --cache-limit, --cache-type.
void addSparseAttentionOptions(CLI::App& command, ModelOptions& options);

// How `options` want a model.
[[nodiscard]] Model::Options loadingOptions(const ModelOptions& options, bool skipsZeros);

struct LoadedModel : NamedModel {
    double loadSeconds = 0;
};

// `base`: see loadNamedModel(), whose errors it has.
[[nodiscard]] Expected<LoadedModel> loadModel(const ModelOptions& options, bool skipsZeros = true,
                                              const std::shared_ptr<const Model>& base = nullptr);

} // namespace engine
