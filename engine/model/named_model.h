// named_model.h: from what a user names to a model that is loaded: for the command line and the application.
// Threads: pure function.
#pragma once

#include "engine/core/error.h"
#include "engine/model/model.h"
#include "engine/model/model_files.h"

#include <memory>
#include <string>

namespace engine {

// See findModelFiles().
struct ModelNames {
    std::string model;
    std::string gate = "none";
    std::string vocabulary = {};
};

struct NamedModel {
    ModelFiles files;
    std::shared_ptr<const Model> model;
};

// `base`: the model of that name without a gate, if it is loaded; then the gate is put on it, and the
// weights are shared. Errors: those of findModelFiles(), Model::load() and Model::withGate().
[[nodiscard]] Expected<NamedModel> loadNamedModel(const ModelNames& names, const Model::Options& options,
                                                  const std::shared_ptr<const Model>& base = nullptr);

} // namespace engine
