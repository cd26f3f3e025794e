#include "engine/training/batch_schedule.h"

#include <algorithm>
#include <cmath>

namespace engine {

BatchSchedule::BatchSchedule(std::span<const BatchStage> growth, int sequences, int window,
                             std::int64_t tokens)
    : m_window(window) {
    Stage stage{0, 0, 0};
    // Up to `end` tokens in all, by whole steps.
    const auto add = [&](int size, std::int64_t end) {
        stage.sequences = size;
        m_stages.push_back(stage);
        const std::int64_t perStep = size * m_window;
        const std::int64_t steps =
            std::max<std::int64_t>(0, (end - stage.firstToken + perStep - 1) / perStep);
        stage.firstStep += steps;
        stage.firstToken += steps * perStep;
    };
    for (const BatchStage& grown : growth)
        add(grown.sequences, std::llround(grown.until * static_cast<double>(tokens)));
    add(sequences, tokens);
    m_steps = stage.firstStep;
}

const BatchSchedule::Stage& BatchSchedule::stageAt(std::int64_t step) const {
    const auto next =
        std::ranges::upper_bound(m_stages, step, {}, [](const Stage& stage) { return stage.firstStep; });
    return *std::prev(next); // the first stage begins at step 0
}

int BatchSchedule::sequencesAt(std::int64_t step) const { return stageAt(step).sequences; }

std::int64_t BatchSchedule::tokensBefore(std::int64_t step) const {
    const Stage& stage = stageAt(step);
    return stage.firstToken + (step - stage.firstStep) * stage.sequences * m_window;
}

double BatchSchedule::fullStepsBefore(std::int64_t step) const {
    return static_cast<double>(tokensBefore(step)) / static_cast<double>(fullSize() * m_window);
}

std::int64_t BatchSchedule::firstStepOf(int slot) const {
    const auto stage = std::ranges::find_if(m_stages, [&](const Stage& s) { return s.sequences > slot; });
    return stage->firstStep;
}

} // namespace engine
