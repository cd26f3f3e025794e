// write_progress.h: how far the writing of a file is, and whether it is still wanted. Writers ask about every
// few thousand words; one that is told to stop returns nothing.
// Threads: a value; called in the writer's thread.
#pragma once

#include <functional>
#include <stop_token>
#include <utility>

namespace app {

class WriteProgress {
public:
    WriteProgress() = default; // nobody looks, nobody stops it
    WriteProgress(std::stop_token stop, std::function<void(double share)> told)
        : m_stop(std::move(stop))
        , m_told(std::move(told)) {}

    // So much of the work, 0 .. 1, is done. False: stop.
    [[nodiscard]] bool goesOn(double share) const {
        if (m_told)
            m_told(m_from + share * m_length);
        return !m_stop.stop_requested();
    }
    // For a step that begins and ends at these shares of the whole.
    [[nodiscard]] WriteProgress part(double from, double to) const {
        WriteProgress part(m_stop, m_told);
        part.m_from = m_from + from * m_length;
        part.m_length = (to - from) * m_length;
        return part;
    }

private:
    std::stop_token m_stop;
    std::function<void(double share)> m_told;
    double m_from = 0;
    double m_length = 1;
};

} // namespace app
