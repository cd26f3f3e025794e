// model_options.h: --model, --gate, --vocab and --type, and the model they name.
// Threads: main() only.
#pragma once

#include "engine/core/error.h"
#include "engine/model/model.h"
#include "engine/model/model_files.h"
#include "engine/tokenizer/tokenizer.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace engine {

struct ModelOptions {
    std::string model = "tales"; // an embedded model's name, or a path
    std::string gate = "none";   // "none", a name beside the model, or a path
    std::string tokenizer;       // a path; empty: what lies beside the model
    std::string type = "stored"; // stored, f32, f16, bf16
};

// Each command takes those of these that mean something to it.
void addModelOption(CLI::App& command, ModelOptions& options);
void addGateOption(CLI::App& command, ModelOptions& options);
void addTokenizerOption(CLI::App& command, ModelOptions& options);
void addTypeOption(CLI::App& command, ModelOptions& options);

// Of the values --type takes.
[[nodiscard]] WeightType weightType(const std::string& type);

struct LoadedModel {
    ModelFiles files;
    std::shared_ptr<const Model> model;
    double loadSeconds = 0;
};

// Errors: those of findModelFiles() and Model::load().
[[nodiscard]] Expected<LoadedModel> loadModel(const ModelOptions& options);

// The tokenizer that goes with a model of `vocabulary` tokens; byte tokens if there is no file and vocabulary
// is 256. Errors: those of loadTokenizer(); VocabularyMismatch if there is none, or it has more tokens than
// the model.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> loadTokenizerOf(const ModelFiles& files,
                                                                         int vocabulary);

} // namespace engine
