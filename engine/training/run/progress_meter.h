// progress_meter.h: what a run reports on its way: mean loss, speed, time left.
#pragma once

#include "engine/core/stopwatch.h"
#include "engine/training/parameters/parameter_layout.h"
#include "engine/training/training_report.h"
#include "engine/training/training_settings.h"

#include <cstdint>

namespace engine {

class ProgressMeter {
public:
    // From `step` on.
    ProgressMeter(const TrainingSettings& settings, const ParameterLayout& layout, std::int64_t step);

    void addStep(double natsPerToken, double skippedMultiplyAdds);

    [[nodiscard]] double secondsSinceStart() const { return m_watch.seconds(); }
    [[nodiscard]] bool isReportDue() const; // after some seconds

    // Fills in all but the note, the validation and what the optimiser knows, over the steps since the last
    // report; `step` steps are done.
    void report(std::int64_t step, TrainingReport& report);

private:
    const BatchSchedule m_batches;
    const double m_multiplyAddsPerToken;
    const std::int64_t m_firstStep;
    const Stopwatch m_watch;

    // Of the last report, and since.
    std::int64_t m_reportedStep;
    Stopwatch m_sinceReport;
    double m_lossSum = 0, m_skippedMultiplyAdds = 0;
};

} // namespace engine
