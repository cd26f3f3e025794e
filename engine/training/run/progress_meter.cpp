#include "engine/training/run/progress_meter.h"

namespace engine {

namespace {

constexpr double kReportSeconds = 10;

} // namespace

ProgressMeter::ProgressMeter(const TrainingSettings& settings, const ParameterLayout& layout,
                             std::int64_t step)
    : m_settings(settings)
    , m_multiplyAddsPerToken(layout.multiplyAddsPerToken())
    , m_firstStep(step)
    , m_reportedStep(step) {}

void ProgressMeter::addStep(double natsPerToken, double skippedMultiplyAdds) {
    m_lossSum += natsPerToken;
    m_skippedMultiplyAdds += skippedMultiplyAdds;
}

bool ProgressMeter::isReportDue() const { return m_sinceReport.seconds() > kReportSeconds; }

void ProgressMeter::report(std::int64_t step, TrainingReport& r) {
    const double elapsed = m_sinceReport.seconds();
    const auto steps = static_cast<double>(step - m_reportedStep);
    const std::int64_t tokensPerStep = m_settings.tokensPerStep();
    r.step = step;
    r.steps = m_settings.steps();
    r.tokens = step * tokensPerStep;
    r.loss = m_lossSum / steps;
    r.tokensPerSecond = steps * static_cast<double>(tokensPerStep) / elapsed;
    // A training step costs three times the forward pass; a multiply-add is two operations.
    r.gflops = (r.tokensPerSecond * 6 * m_multiplyAddsPerToken - 2 * m_skippedMultiplyAdds / elapsed) / 1e9;
    r.secondsLeft = secondsSinceStart() / static_cast<double>(step - m_firstStep) *
                    static_cast<double>(m_settings.steps() - step);
    m_sinceReport.restart();
    m_reportedStep = step;
    m_lossSum = m_skippedMultiplyAdds = 0;
}

} // namespace engine
