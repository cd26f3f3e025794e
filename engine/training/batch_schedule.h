// batch_schedule.h: how many sequences each step of a training has, and so how many tokens it has read.
// A training may begin with small batches: at first the loss falls with the number of steps, whatever their
// size.
// Source:  docs/spec/training.md.
// Threads: immutable after construction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// Steps of `sequences` sequences until `until` of the training's tokens have been read, a share of them.
struct BatchStage {
    double until = 0;
    int sequences = 0;

    bool operator==(const BatchStage&) const = default;
};

class BatchSchedule {
public:
    // The stages of `growth`, whose shares rise from above 0 to below 1, then steps of `sequences` until
    // `tokens` have been read; the last step of a stage may read more than its share. Windows have `window`
    // tokens.
    BatchSchedule(std::span<const BatchStage> growth, int sequences, int window, std::int64_t tokens);

    // Steps count from 0. Beyond the last one it goes on with steps of full size.
    [[nodiscard]] std::int64_t steps() const { return m_steps; }
    [[nodiscard]] int sequencesAt(std::int64_t step) const;
    [[nodiscard]] std::int64_t tokensBefore(std::int64_t step) const;
    // The same in steps of full size, in which schedules count: `step` itself where batches don't grow.
    [[nodiscard]] double fullStepsBefore(std::int64_t step) const;
    // The first step in which the batch has a place for sequence `slot`, which is below the full size.
    [[nodiscard]] std::int64_t firstStepOf(int slot) const;
    [[nodiscard]] int fullSize() const { return m_stages.back().sequences; }

private:
    struct Stage {
        std::int64_t firstStep, firstToken;
        int sequences;
    };
    [[nodiscard]] const Stage& stageAt(std::int64_t step) const;

    std::int64_t m_window;
    std::int64_t m_steps;
    std::vector<Stage> m_stages; // at least one; some may have no step
};

} // namespace engine
