// gate_fit.h: fits a gate to a writer's text on a base that stays as it is ("voice").
// Source:  docs/spec/enhanced-rwkv.md section 11.
// Losses are nats per token of the held-out text, all of it, each token with what stands before it.
// Threads: runs on the calling thread and a pool; callbacks come on the calling thread.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/model/config.h"
#include "engine/model/model_files.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace engine {

struct FitSettings {
    ModelFiles model;             // an RWKV-6 or 7 without a gate, of any type that the engine computes with
    std::filesystem::path output; // the gate file; its checkpoint stands beside it until the fit is complete
    EnhancementConfig gate;       // its sizes are chosen by the base's where they are 0
    int passes = 2;               // over the text, at most
    // Of 1e-3 to 1e-1, tried on a book; the spec's 1e-3 learns a tenth of what this does in the same time.
    float learningRate = 2e-2f;
    float finalLearningRate = 2e-3f;
    std::uint64_t seed = 1;
    // The control: low-rank adapters with as many parameters as the gate would have, to be measured only. No
    // file is written but the checkpoint.
    bool fitsAdapters = false;
};

// The gate that is fitted if no other is asked for: full-routing without LayerNorm.
[[nodiscard]] EnhancementConfig voiceGate();

// Whether a fit that was to write `output` was stopped and can go on.
[[nodiscard]] bool isFitBegun(const std::filesystem::path& output);

struct FitReport {
    std::int64_t step = 0, steps = 0, tokens = 0;
    double loss = 0;                   // of the text that is learned from, since the last report
    double lossBefore = 0;             // of the base
    std::optional<double> heldOutLoss; // where it was measured
    double bestLoss = 0;               // so far
    double tokensPerSecond = 0;
    double secondsLeft = 0;
    std::string note;
};

struct FitResult {
    double lossBefore = 0, lossAfter = 0; // of the base, and of the gate that was kept
    double heldOutBytesPerToken = 0;
    std::int64_t steps = 0, tokens = 0, parameters = 0;
    double seconds = 0;      // of this call
    bool isComplete = false; // false: stopped; fitting can go on
    // Whether a gate was written: one that predicts the held-out text better than the base does.
    [[nodiscard]] bool helps() const { return lossAfter < lossBefore; }
    // "Guesses your next word better by N %".
    [[nodiscard]] double betterByPercent() const;
};

// `texts`: as for splitForFitting(); with `resume` those that the fit was begun with. The gate is written
// whenever it has become better, so stopping loses nothing of it. Stops by itself when the held-out loss has
// not fallen three times in a row. Errors: those of reading the base, its vocabulary, and of
// splitForFitting(); GateMismatch (the base has an enhancement); UnsupportedArchitecture; InvalidArgument
// (nothing to resume, or a fit of something else); WriteFailed; OutOfMemory.
[[nodiscard]] Expected<FitResult> fitGate(const FitSettings& settings, std::span<const std::string> texts,
                                          bool resume, ThreadPool& pool,
                                          const std::function<void(const FitReport&)>& report,
                                          std::stop_token stop);

} // namespace engine
