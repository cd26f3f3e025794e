// bench_measurement.h: measures how fast a model is read and written, and what the machine can do at most.
// Errors: those of loading and of the session; Cancelled.
#pragma once

#include "engine/cli/commands/commands.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/output/json_output.h"

#include <string>
#include <vector>

namespace engine {

struct BenchOptions {
    ModelOptions model;
    std::string random; // weights in place of a model (random_model_spec.h)
    int prefill = 512;
    int decode = 64;
    std::vector<int> contexts; // also with so many tokens of text before (bench_contexts.h)
    int batch = 1;             // above 1: also for so many sequences at once
    bool withTrace = false;    // also what recording the gates costs
    bool readsZeros = false;
};

// The results, by the names that `bench --json` prints.
[[nodiscard]] Expected<Json> measureBench(const BenchOptions& options, const CommandContext& context);

} // namespace engine
