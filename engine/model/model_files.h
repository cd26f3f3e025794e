// model_files.h: from what a user names (`--model tales --gate gated`, or paths) to files.
// Embedded models are folders `<models>/<name>/` with `base.safetensors`, `<gate>.safetensors`,
// `tokenizer.model` and `card.md`.
// <models> is the first that exists of: $INKGATE_MODELS, share/inkgate/models beside the program's bin
// folder, resources/models of the source tree the program was built from.
#pragma once

#include "engine/core/error.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace engine {

struct ModelFiles {
    std::string name;                                // for people: "tales", or the file's stem
    std::filesystem::path base;                      // the model file
    std::optional<std::filesystem::path> gate;       // a gate file, or a complete enhanced model
    std::optional<std::filesystem::path> vocabulary; // as given, or beside the model; see loadTokenizerOf()
    bool isVocabularyGiven = false; // by the user, so that it goes before one inside the model file
};

[[nodiscard]] std::filesystem::path embeddedModelsFolder();
// Names of embedded models, and of the gates and enhanced models that lie beside a model (file stems without
// "base").
[[nodiscard]] std::vector<std::string> embeddedModels();
[[nodiscard]] std::vector<std::string> gatesOf(const std::string& model);

// `model`: an embedded name, a file, or a folder that holds one model, in one file or in several, with their
// index or without; `gate`: "none", a name beside the model, or a path; `vocabulary`: a path or empty.
// Errors: FileNotFound with what there is to choose from, FileUnreadable (no rights).
[[nodiscard]] Expected<ModelFiles> findModelFiles(const std::string& model, const std::string& gate,
                                                  const std::string& vocabulary = {});

} // namespace engine
