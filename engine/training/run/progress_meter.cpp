#include "engine/training/run/progress_meter.h"

namespace engine {

namespace {

constexpr double kReportSeconds = 10;

} // namespace

ProgressMeter::ProgressMeter(const TrainingSettings& settings, const ParameterLayout& layout,
                             std::int64_t step)
    : m_batches(settings.batches())
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
    r.step = step;
    r.steps = m_batches.steps();
    r.tokens = m_batches.tokensBefore(step);
    r.loss = m_lossSum / steps;
    r.tokensPerSecond = static_cast<double>(r.tokens - m_batches.tokensBefore(m_reportedStep)) / elapsed;
    // A training step costs three times the forward pass; a multiply-add is two operations.
    r.gflops = (r.tokensPerSecond * 6 * m_multiplyAddsPerToken - 2 * m_skippedMultiplyAdds / elapsed) / 1e9;
    r.seconds = secondsSinceStart();
    r.secondsLeft = r.seconds * static_cast<double>(m_batches.tokensBefore(m_batches.steps()) - r.tokens) /
                    static_cast<double>(r.tokens - m_batches.tokensBefore(m_firstStep));
    m_sinceReport.restart();
    m_reportedStep = step;
    m_lossSum = m_skippedMultiplyAdds = 0;
}

} // namespace engine
