// training_point.h: where a training run stands: all that its steps change, and its files.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/training/adamw.h"
#include "engine/training/muon.h"
#include "engine/training/parameters/parameter_layout.h"
#include "engine/training/run/training_history.h"
#include "engine/training/run/weight_average.h"
#include "engine/training/training_batch.h"
#include "engine/training/training_settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace engine {

struct TrainingPoint {
    AlignedBuffer<float> parameters; // [layout.size()]
    AdamW optimiser;
    std::optional<Muon> muon;                 // for the matrices; without it they are the other's, too
    std::vector<TrainingState<float>> states; // one per sequence of a batch
    std::int64_t step = 0;                    // steps done
    TrainingHistory history;
    std::optional<WeightAverage> average; // if weights are averaged
    std::optional<WeightChoice> weights;  // at the end

    // At start values. `freshStates`: one per sequence.
    TrainingPoint(const ParameterLayout& layout, const TrainingSettings& settings,
                  std::vector<TrainingState<float>> freshStates);

    // Goes to where the run begins: its checkpoint with `resume`, if there is one, or settings.init, or
    // nowhere. Returns a note on it for people, which may be empty. Errors: those of the files.
    [[nodiscard]] Expected<std::string> begin(const ParameterLayout& layout, const TrainingSettings& settings,
                                              bool resume);

    // The checkpoint first: it is what resuming needs. The model beside it can be tried while training goes
    // on; it has the last weights, or their mean if that was chosen.
    [[nodiscard]] Expected<void> save(const ParameterLayout& layout, const TrainingSettings& settings);

private:
    Expected<std::string> beginFromModel(const ParameterLayout& layout, const TrainingSettings& settings);
};

} // namespace engine
