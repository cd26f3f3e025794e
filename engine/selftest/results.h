// results.h: groups of cases and what becomes of them.
// Threads: one.
#pragma once

#include "engine/selftest/difference.h"
#include "engine/selftest/selftest.h"

#include <functional>
#include <optional>
#include <string>

namespace engine::selftest {

// Cases that are reported in one line.
class Group {
public:
    Group(std::string operation, std::string shape);

    // `what` tells the case and the values apart from others of the group.
    void record(const std::string& what, const Difference& difference, double bound);
    void fail(const std::string& what);
    // To the shape's words.
    void addRemark(const std::string& remark) { m_result.shape += ", " + remark; }

    [[nodiscard]] const SelftestResult& result() const { return m_result; }

private:
    SelftestResult m_result;
    double m_worst = -1; // error / bound so far
};

class Results {
public:
    Results(const SelftestOptions& options, const ReportResult& report)
        : m_options(options)
        , m_report(report) {}

    [[nodiscard]] const SelftestOptions& options() const { return m_options; }
    // Runs the cases and reports them; what they throw is a failure. Does nothing any more once it is over.
    void group(const std::string& operation, const std::string& shape,
               const std::function<void(Group&)>& cases);

    // No more groups: asked to stop, or the device is lost.
    [[nodiscard]] const std::optional<Error>& ending() const { return m_ending; }
    [[nodiscard]] const SelftestCounts& counts() const { return m_counts; }

private:
    const SelftestOptions& m_options;
    const ReportResult& m_report;
    SelftestCounts m_counts;
    std::optional<Error> m_ending;
};

} // namespace engine::selftest
