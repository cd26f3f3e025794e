// fit_source.h: what a fit is made from: the base, the writer's text, and the sizes of what is trained.
// Threads: pure function.
#pragma once

#include "engine/core/error.h"
#include "engine/fitting/fit_text.h"
#include "engine/fitting/gate_fit.h"
#include "engine/formats/checkpoint.h"
#include "engine/training/parameters/parameter_layout.h"

#include <memory>
#include <span>
#include <string>

namespace engine {

struct FitSource {
    std::shared_ptr<const Checkpoint> base;
    TrainingShape shape; // with the gate, or with adapters in its place
    FitText text;
    std::string fingerprint; // of the base
};

// Errors: those of fitGate() that are about the base, its vocabulary, the text and the kind of gate.
[[nodiscard]] Expected<FitSource> readFitSource(const FitSettings& settings,
                                                std::span<const std::string> texts);

} // namespace engine
