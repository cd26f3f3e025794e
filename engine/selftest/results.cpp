#include "engine/selftest/results.h"

#include <limits>
#include <new>
#include <utility>

namespace engine::selftest {

Group::Group(std::string operation, std::string shape) {
    m_result.operation = std::move(operation);
    m_result.shape = std::move(shape);
}

void Group::record(const std::string& what, const Difference& difference, double bound) {
    const double share = difference.error == 0 ? 0
                         : bound == 0          ? std::numeric_limits<double>::infinity()
                                               : difference.error / bound;
    if (share > m_worst) {
        m_worst = share;
        m_result.largestError = difference.error;
        m_result.bound = bound;
    }
    if (share > 1)
        fail(what + ": " + difference.describe());
}

void Group::fail(const std::string& what) {
    if (m_result.failure.empty())
        m_result.failure = what;
}

void Results::group(const std::string& operation, const std::string& shape,
                    const std::function<void(Group&)>& cases) {
    if (!m_ending && m_options.stop.stop_requested())
        m_ending = Error{ErrorCode::Cancelled, "the selftest was stopped"};
    if (m_ending)
        return;
    Group group(operation, shape);
    try {
        cases(group);
    } catch (const BackendFailure& refused) {
        group.fail(refused.what());
        if (refused.error().code == ErrorCode::DeviceLost)
            m_ending = refused.error();
    } catch (const std::bad_alloc&) {
        group.fail("not enough memory");
    } catch (const std::exception& error) {
        group.fail(error.what());
    }
    ++(group.result().passed() ? m_counts.passed : m_counts.failed);
    if (m_report)
        m_report(group.result());
}

} // namespace engine::selftest
