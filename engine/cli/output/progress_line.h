// progress_line.h: progress on standard error: one line that is overwritten on a terminal, a line every ten
// seconds elsewhere.
#pragma once

#include "engine/core/stopwatch.h"

#include <string>

namespace engine {

class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine(); // leaves the terminal with an empty line
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const std::string& text);

private:
    bool m_isTerminal;
    Stopwatch m_watch;
    double m_nextSeconds = 0;
    std::size_t m_shown = 0; // characters on the terminal's line
};

} // namespace engine
